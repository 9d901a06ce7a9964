/**
 * Makes what the code of README and docs/ refers to by uid: an organisation unit, a data set with a photo, a program with a
 * visit and a person. The docs name the uids; whoever changes one there changes it here.
 */
const ORG_UNIT = 'DiszpKrYNg8'
const DATA_SET = 'BfMAe6Itzgt'
const DATA_ELEMENT = 'fPhotoOfSte'
const PROGRAM = 'eBAyeGv0exc'
const EVENT_ELEMENT = 'vPhotoVisit'
const EVENT = 'a2kafNdGdvs'
const PERSON = 'dNpxRu1mWG5'
const ATTRIBUTE = 'aPortraitOf'

const STAGE = 'Zj7UnCAulEk'
const TYPE = 'nEenWmSyUEp'
const ENROLLMENT = 'MNWZ6hnuhSw'

const HEADERS = { authorization: `Basic ${btoa('admin:district')}`, 'content-type': 'application/json' }

export async function makeDocObjects(url) {
  const send = async (method, path, body, type = HEADERS['content-type']) => {
    const init = { method, headers: { ...HEADERS, 'content-type': type }, body: JSON.stringify(body) }
    const response = await fetch(`${url}/api/${path}`, init)
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`)
  }
  const named = (id, name) => ({ id, name, shortName: name, sharing: { public: 'rwrw----' } })
  const image = { valueType: 'IMAGE', aggregationType: 'NONE' }
  const attribute = { trackedEntityAttribute: { id: ATTRIBUTE }, mandatory: false }
  await send('POST', 'metadata', {
    organisationUnits: [{ ...named(ORG_UNIT, 'Ngelehun CHC'), openingDate: '2020-01-01T00:00:00.000' }],
    dataElements: [
      { ...named(DATA_ELEMENT, 'Photo of the store'), ...image, domainType: 'AGGREGATE' },
      { ...named(EVENT_ELEMENT, 'Photo of the visit'), ...image, domainType: 'TRACKER' },
    ],
    dataSets: [
      {
        ...named(DATA_SET, 'Stores'),
        periodType: 'Monthly',
        organisationUnits: [{ id: ORG_UNIT }],
        dataSetElements: [{ dataElement: { id: DATA_ELEMENT }, dataSet: { id: DATA_SET } }],
      },
    ],
    trackedEntityAttributes: [{ ...named(ATTRIBUTE, 'Portrait'), ...image }],
    trackedEntityTypes: [{ ...named(TYPE, 'Person'), trackedEntityTypeAttributes: [attribute] }],
    programs: [
      {
        ...named(PROGRAM, 'Home visits'),
        programType: 'WITH_REGISTRATION',
        trackedEntityType: { id: TYPE },
        organisationUnits: [{ id: ORG_UNIT }],
        programStages: [{ id: STAGE }],
        programTrackedEntityAttributes: [attribute],
      },
    ],
    programStages: [
      {
        ...named(STAGE, 'Visit'),
        program: { id: PROGRAM },
        programStageDataElements: [{ dataElement: { id: EVENT_ELEMENT }, programStage: { id: STAGE } }],
      },
    ],
  })
  const me = await (await fetch(`${url}/api/me?fields=id`, { headers: HEADERS })).json()
  const lists = ['organisationUnits', 'dataViewOrganisationUnits', 'teiSearchOrganisationUnits']
  const patch = lists.map((list) => ({ op: 'add', path: `/${list}`, value: [{ id: ORG_UNIT }] }))
  await send('PATCH', `users/${me.id}`, patch, 'application/json-patch+json')
  const at = { program: PROGRAM, orgUnit: ORG_UNIT, occurredAt: '2026-03-01' }
  const event = { event: EVENT, programStage: STAGE, enrollment: ENROLLMENT, status: 'ACTIVE', ...at }
  await send('POST', 'tracker?async=false', {
    trackedEntities: [
      {
        trackedEntity: PERSON,
        trackedEntityType: TYPE,
        orgUnit: ORG_UNIT,
        enrollments: [{ enrollment: ENROLLMENT, status: 'ACTIVE', enrolledAt: '2026-03-01', ...at, events: [event] }],
      },
    ],
  })
}
