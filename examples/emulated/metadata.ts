import { bytesSource, createUid, type Dhis2Client } from '@dhis2-files/client'

/** A program with a photo at each visit, and a portrait and a consent of each person. */
export interface Program {
  readonly program: string
  readonly stage: string
  readonly entityType: string
  /** Data element of type IMAGE. */
  readonly photo: string
  /** Attribute of type IMAGE. */
  readonly portrait: string
  /** Attribute of type FILE_RESOURCE. */
  readonly consent: string
}

export const program = (): Program => ({
  program: createUid(),
  stage: createUid(),
  entityType: createUid(),
  photo: createUid(),
  portrait: createUid(),
  consent: createUid(),
})

/** `POST` with JSON. */
export async function post(client: Dhis2Client, path: string, json: unknown): Promise<void> {
  await (await client.request(path, { method: 'POST', json })).json()
}

/** Makes organisation units, and lets the signed-in user work in them. @returns their uids, in the order of their codes */
export async function makeOrgUnits(client: Dhis2Client, codes: readonly string[]): Promise<readonly string[]> {
  const organisationUnits = codes.map((code) => {
    const name = `Clinic ${code}`
    return { id: createUid(), code, name, shortName: name, openingDate: '2020-01-01T00:00:00.000' }
  })
  await post(client, 'api/metadata', { organisationUnits })
  const { id } = await client.system.me()
  const value = organisationUnits.map((unit) => ({ id: unit.id }))
  const lists = ['organisationUnits', 'dataViewOrganisationUnits', 'teiSearchOrganisationUnits']
  const patch = JSON.stringify(lists.map((list) => ({ op: 'add', path: `/${list}`, value })))
  const body = bytesSource(new TextEncoder().encode(patch), { type: 'application/json-patch+json' })
  await client.request(`api/users/${id}`, { method: 'PATCH', body })
  return value.map((unit) => unit.id)
}

/** Makes the program in organisation units. */
export async function makeProgram(client: Dhis2Client, of: Program, orgUnits: readonly string[]): Promise<void> {
  const named = (id: string, name: string) => ({ id, name, shortName: name, sharing: { public: 'rwrw----' } })
  const plain = { aggregationType: 'NONE' }
  const attributes = [of.portrait, of.consent].map((id) => ({ trackedEntityAttribute: { id }, mandatory: false }))
  await post(client, 'api/metadata', {
    dataElements: [{ ...named(of.photo, 'Photo of the visit'), ...plain, domainType: 'TRACKER', valueType: 'IMAGE' }],
    trackedEntityAttributes: [
      { ...named(of.portrait, 'Portrait'), ...plain, valueType: 'IMAGE' },
      { ...named(of.consent, 'Consent'), ...plain, valueType: 'FILE_RESOURCE' },
    ],
    trackedEntityTypes: [{ ...named(of.entityType, 'Person'), trackedEntityTypeAttributes: attributes }],
    programs: [
      {
        ...named(of.program, 'Home visits'),
        programType: 'WITH_REGISTRATION',
        trackedEntityType: { id: of.entityType },
        organisationUnits: orgUnits.map((id) => ({ id })),
        programStages: [{ id: of.stage }],
        programTrackedEntityAttributes: attributes,
      },
    ],
    programStages: [
      {
        ...named(of.stage, 'Visit'),
        program: { id: of.program },
        repeatable: true,
        programStageDataElements: [{ dataElement: { id: of.photo }, programStage: { id: of.stage } }],
      },
    ],
  })
}

/** Registers a person with visits, one a date. The same uids may be given for two systems. */
export async function makePerson(
  client: Dhis2Client,
  of: Program,
  orgUnit: string,
  dates: readonly string[],
  trackedEntity: string = createUid(),
): Promise<{ readonly trackedEntity: string; readonly events: readonly string[] }> {
  const enrollment = createUid()
  const events = dates.map((occurredAt) => ({
    event: createUid(),
    program: of.program,
    programStage: of.stage,
    orgUnit,
    enrollment,
    occurredAt,
    status: 'COMPLETED',
  }))
  const enrolledAt = dates[0] ?? '2026-01-01'
  await post(client, 'api/tracker?async=false', {
    trackedEntities: [
      {
        trackedEntity,
        trackedEntityType: of.entityType,
        orgUnit,
        enrollments: [
          { enrollment, program: of.program, orgUnit, status: 'ACTIVE', enrolledAt, occurredAt: enrolledAt, events },
        ],
      },
    ],
  })
  return { trackedEntity, events: events.map(({ event }) => event) }
}
