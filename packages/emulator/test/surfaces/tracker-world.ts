import { type Dhis2Version, type Emulator, createEmulator } from '../../src/index.js'
import { clientOf } from '../client.js'

export const VERSIONS: readonly Dhis2Version[] = ['2.41', '2.42', '2.43', '2.44']
/** Where 2.42 found new words for the importer. */
export const reworded = (version: Dhis2Version): boolean => version !== '2.41'
/** Where events without registration are a type of their own. */
export const splitEvents = (version: Dhis2Version): boolean => version === '2.43' || version === '2.44'

/** One element, attribute or unit of each kind that the tests need. */
export const ID = {
  root: 'OuRoot00001',
  clinic: 'OuClinic001',
  post: 'OuPost00001',
  elsewhere: 'OuElsewher1',
  file: 'DeScan00001',
  image: 'DePicture01',
  text: 'DeWords0001',
  number: 'DeNumber001',
  must: 'DeMust00001',
  loose: 'DeLoose0001',
  consent: 'AtConsent01',
  face: 'AtFace00001',
  name: 'AtName00001',
  extra: 'AtExtra0001',
  person: 'TtPerson001',
  visits: 'PrVisits001',
  visit: 'PsVisit0001',
  care: 'PrCare00001',
  first: 'PsFirst0001',
  again: 'PsAgain0001',
} as const

const link = (dataElement: string, compulsory = false) => ({ dataElement: { id: dataElement }, compulsory })
const attribute = (id: string, mandatory = false) => ({ trackedEntityAttribute: { id }, mandatory })
const units = [ID.root, ID.clinic, ID.post].map((id) => ({ id }))
const open = { sharing: { public: 'rwrw----' } }

const METADATA = {
  organisationUnits: [
    { id: ID.root, name: 'Root', shortName: 'Root', openingDate: '2020-01-01' },
    { id: ID.clinic, name: 'Clinic', shortName: 'Clinic', openingDate: '2020-01-01', parent: { id: ID.root } },
    { id: ID.post, name: 'Post', shortName: 'Post', openingDate: '2020-01-01', parent: { id: ID.clinic } },
    { id: ID.elsewhere, name: 'Elsewhere', shortName: 'Elsewhere', openingDate: '2020-01-01' },
  ],
  dataElements: (
    [
      [ID.file, 'FILE_RESOURCE'],
      [ID.image, 'IMAGE'],
      [ID.text, 'TEXT'],
      [ID.number, 'INTEGER'],
      [ID.must, 'TEXT'],
      [ID.loose, 'TEXT'],
    ] as const
  ).map(([id, valueType]) => ({
    id,
    name: id,
    shortName: id,
    valueType,
    domainType: 'TRACKER',
    aggregationType: 'NONE',
  })),
  trackedEntityAttributes: (
    [
      [ID.consent, 'FILE_RESOURCE'],
      [ID.face, 'IMAGE'],
      [ID.name, 'TEXT'],
      [ID.extra, 'FILE_RESOURCE'],
    ] as const
  ).map(([id, valueType]) => ({ id, name: id, shortName: id, valueType, unique: id === ID.name })),
  trackedEntityTypes: [
    {
      id: ID.person,
      name: 'Person',
      trackedEntityTypeAttributes: [attribute(ID.consent), attribute(ID.face), attribute(ID.name)],
      ...open,
    },
  ],
  programs: [
    {
      id: ID.visits,
      name: 'Visits',
      shortName: 'Visits',
      programType: 'WITHOUT_REGISTRATION',
      organisationUnits: units,
      programStages: [{ id: ID.visit }],
      ...open,
    },
    {
      id: ID.care,
      name: 'Care',
      shortName: 'Care',
      programType: 'WITH_REGISTRATION',
      trackedEntityType: { id: ID.person },
      organisationUnits: units,
      programStages: [{ id: ID.first }, { id: ID.again }],
      programTrackedEntityAttributes: [attribute(ID.consent), attribute(ID.name), attribute(ID.extra)],
      ...open,
    },
  ],
  programStages: [
    {
      id: ID.visit,
      name: 'Visit',
      program: { id: ID.visits },
      programStageDataElements: [link(ID.file), link(ID.image), link(ID.text), link(ID.number)],
      ...open,
    },
    {
      id: ID.first,
      name: 'First',
      program: { id: ID.care },
      repeatable: false,
      programStageDataElements: [link(ID.file), link(ID.must, true)],
      ...open,
    },
    {
      id: ID.again,
      name: 'Again',
      program: { id: ID.care },
      repeatable: true,
      programStageDataElements: [link(ID.file), link(ID.image)],
      ...open,
    },
  ],
}

/** An emulator with programs, whose administrator enters data below the root. */
export async function trackerWorld(version: Dhis2Version, settings: { storageDelay?: number | 'never' } = {}) {
  const emulator: Emulator = createEmulator({
    version,
    settings: { storageDelay: 0, ...settings },
    users: [{ username: 'nurse', password: 'pw', id: 'UsNurse0001' }],
  })
  const client = clientOf(emulator)
  const made = await client.post('/api/metadata?importStrategy=CREATE_AND_UPDATE', METADATA)
  if (made.status !== 200) throw new Error(JSON.stringify(made.json))
  const roots = [{ id: ID.root }]
  const admin = emulator.state.users.find(({ username }) => username === 'admin')
  Object.assign(admin ?? {}, { organisationUnits: roots, teiSearchOrganisationUnits: roots })

  let number = 0
  return {
    emulator,
    client,
    nurse: { authorization: `Basic ${Buffer.from('nurse:pw').toString('base64')}` },
    /** Uploads a file and waits for its bytes. */
    async upload(name = 'a.csv', type = 'text/csv', content: string | Uint8Array = 'a,b\n', query = '') {
      const { json } = await client.upload(name, content, query, type)
      await emulator.settle()
      return json.response.fileResource.id as string
    },
    uid: (prefix = 'Ev') => `${prefix}${String(++number).padStart(11 - prefix.length, '0')}`,
    /** Imports and waits; gives the whole answer. */
    import: (body: unknown, query = '', headers?: Record<string, string>) =>
      client.post(`/api/tracker?async=false${query}`, body, headers),
    file: (uid: string) => {
      const { assigned, fileResourceOwner } = emulator.state.fileResources.get(uid) ?? {}
      return { assigned, owner: fileResourceOwner }
    },
  }
}

export type World = Awaited<ReturnType<typeof trackerWorld>>

/** An event of the program without registration. */
export const visit = (event: string, values: Record<string, unknown> = {}, more: object = {}) => ({
  event,
  program: ID.visits,
  programStage: ID.visit,
  orgUnit: ID.clinic,
  occurredAt: '2026-03-01',
  ...more,
  dataValues: Object.entries(values).map(([dataElement, value]) => ({ dataElement, value })),
})

export const person = (trackedEntity: string, values: Record<string, unknown> = {}, more: object = {}) => ({
  trackedEntity,
  trackedEntityType: ID.person,
  orgUnit: ID.clinic,
  attributes: Object.entries(values).map(([attribute, value]) => ({ attribute, value })),
  ...more,
})

/** Codes and uids of what an import refused. */
export const refusals = (answer: { json: any }): string[] =>
  answer.json.validationReport.errorReports.map((report: any) => `${report.errorCode} ${report.uid}`)
export const messages = (answer: { json: any }): string[] =>
  answer.json.validationReport.errorReports.map((report: any) => report.message)
