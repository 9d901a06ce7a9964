import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll } from 'vitest'
import { createUid, isDhis2Error } from '../../src/node.js'
import type { Target } from './targets.js'

/** What the stories of captured data need on a server, under uids of this run. */
export interface Capture {
  readonly orgUnit: string
  readonly dataSet: string
  readonly dataElements: Kinds
  /** Of the event program. */
  readonly eventElements: Kinds
  readonly eventProgram: string
  readonly eventStage: string
  readonly trackerProgram: string
  readonly trackerStage: string
  readonly entityType: string
  /** Attributes of the type; `own` is of the tracker program alone. */
  readonly attributes: { readonly file: string; readonly image: string; readonly own: string }
}

export interface Kinds {
  readonly file: string
  readonly image: string
  readonly text: string
}

type Metadata = Record<string, readonly { readonly id: string; readonly [member: string]: unknown }[]>

const kinds = (): Kinds => ({ file: createUid(), image: createUid(), text: createUid() })
const VALUE_TYPES = { file: 'FILE_RESOURCE', image: 'IMAGE', text: 'TEXT', own: 'FILE_RESOURCE' } as const
const LISTS = ['organisationUnits', 'dataViewOrganisationUnits', 'teiSearchOrganisationUnits'] as const

/** Uids for all of it. Nothing is made yet. */
function newCapture(): Capture {
  return {
    orgUnit: createUid(),
    dataSet: createUid(),
    dataElements: kinds(),
    eventElements: kinds(),
    eventProgram: createUid(),
    eventStage: createUid(),
    trackerProgram: createUid(),
    trackerStage: createUid(),
    entityType: createUid(),
    attributes: { file: createUid(), image: createUid(), own: createUid() },
  }
}

/** Makes a data set, an event program and a tracker program that take files before the stories, and takes them away after them. */
export function withCapture(target: Target): Capture {
  const capture = newCapture()
  let made: Made | undefined
  beforeAll(async () => {
    made = await make(target, capture)
  })
  afterAll(async () => {
    if (target.emulator !== undefined || made === undefined) return
    await removeData(target, capture)
    await giveUnits(target, made.before, (list) => made?.before[list] ?? [])
    await removeObjects(target, { ...made.metadata, organisationUnits: [{ id: capture.orgUnit }] })
  })
  return capture
}

/** Makes the same at once, and leaves it there. */
export async function makeCapture(target: Pick<Target, 'client' | 'prefix'>): Promise<Capture> {
  const capture = newCapture()
  await make(target, capture)
  return capture
}

interface Made {
  /** The user who signs in, with the units that it had. */
  readonly before: Record<string, readonly { id: string }[]> & { id: string }
  readonly metadata: Metadata
}

async function make(target: Pick<Target, 'client' | 'prefix'>, capture: Capture): Promise<Made> {
  const { prefix } = target
  const json = async (path: string) => (await target.client.request(path)).json()
  const before = (await json(`api/me?fields=id,${LISTS.map((list) => `${list}[id]`).join()}`)) as Made['before']
  const combos = (await json('api/categoryCombos?filter=name:eq:default&fields=id')) as {
    categoryCombos: [{ id: string }]
  }
  const unit = { name: `${prefix}unit`, shortName: `${prefix}unit`, openingDate: '2020-01-01T00:00:00.000' }
  await post(target, 'api/metadata?importStrategy=CREATE', { organisationUnits: [{ id: capture.orgUnit, ...unit }] })
  await giveUnits(target, before, (list) => [...(before[list] ?? []), { id: capture.orgUnit }])
  const metadata = metadataOf(capture, prefix, combos.categoryCombos[0].id)
  await post(target, 'api/metadata?importStrategy=CREATE', metadata)
  return { before, metadata }
}

async function giveUnits(
  target: Pick<Target, 'client'>,
  { id }: Made['before'],
  units: (list: string) => readonly { id: string }[],
): Promise<void> {
  const operations = LISTS.map((list) => ({ op: 'add', path: `/${list}`, value: units(list) }))
  await patch(target, `api/users/${id}`, operations)
}

/** Everything that was captured: as long as it is there, the server deletes nothing that it belongs to. */
async function removeData(target: Target, capture: Capture): Promise<void> {
  const { orgUnit, eventProgram, trackerProgram, entityType, dataSet } = capture
  const rows = async (path: string, list: string): Promise<readonly Record<string, string>[]> => {
    const json = (await (await target.client.request(path)).json()) as Record<string, Record<string, string>[]>
    return (json[list] ?? []).map((row) => ({ orgUnit, ...row }))
  }
  const paging = 'orgUnitMode=ACCESSIBLE&pageSize=500'
  const objects = {
    events: (
      await Promise.all(
        [eventProgram, trackerProgram].map((program) =>
          rows(`api/tracker/events?program=${program}&${paging}&fields=event`, 'events'),
        ),
      )
    ).flat(),
    trackedEntities: await rows(
      `api/tracker/trackedEntities?trackedEntityType=${entityType}&${paging}&fields=trackedEntity`,
      'trackedEntities',
    ),
  }
  if (objects.events.length + objects.trackedEntities.length > 0) {
    await post(target, 'api/tracker?async=false&importStrategy=DELETE', objects)
  }
  const query = `dataSet=${dataSet}&orgUnit=${orgUnit}&startDate=2020-01-01&endDate=2030-01-01`
  for (const { dataElement = '', period = '' } of await rows(`api/dataValueSets?${query}`, 'dataValues')) {
    await target.client.files.dataValues.remove({ de: dataElement, pe: period, ou: orgUnit, ds: dataSet })
  }
}

/** In the order in which they let go of each other. */
const TYPES = [
  'programs',
  'programStages',
  'dataSets',
  'dataElements',
  'trackedEntityTypes',
  'trackedEntityAttributes',
  'organisationUnits',
]

/** Deletes what the server lets go, and prints the rest: a value that was deleted is still a row that refers to its element. */
async function removeObjects(target: Target, metadata: Metadata): Promise<void> {
  for (const type of TYPES) {
    for (const { id } of metadata[type] ?? []) {
      await target.client.request(`api/${type}/${id}`, { method: 'DELETE' }).catch((error: Error) => {
        if (!isDhis2Error(error, 'not-found')) console.log(`Left on the server: ${type} ${id}: ${error.message}`)
      })
    }
  }
}

function metadataOf(capture: Capture, prefix: string, combo: string): Metadata {
  const { dataElements, eventElements, attributes, dataSet, orgUnit, entityType } = capture
  const { eventProgram, eventStage, trackerProgram, trackerStage } = capture
  const categoryCombo = { id: combo }
  const named = (id: string, name: string) => ({ id, name: `${prefix}${name}`, shortName: `${prefix}${name}` })
  const shared = { sharing: { public: 'rwrw----' } }
  const elements = (of: Kinds, domainType: string) =>
    Object.entries(of).map(([kind, id]) => ({
      ...named(id, `${domainType.toLowerCase()} ${kind}`),
      domainType,
      categoryCombo,
      aggregationType: 'NONE',
      valueType: VALUE_TYPES[kind as keyof Kinds],
    }))
  const stage = (id: string, name: string, program: string) => ({
    id,
    name: `${prefix}${name}`,
    program: { id: program },
    ...shared,
    programStageDataElements: Object.values(eventElements).map((one, sortOrder) => ({
      dataElement: { id: one },
      programStage: { id },
      sortOrder,
    })),
  })
  const ofType = [attributes.file, attributes.image]
  return {
    dataElements: [...elements(dataElements, 'AGGREGATE'), ...elements(eventElements, 'TRACKER')],
    dataSets: [
      {
        ...named(dataSet, 'data set'),
        periodType: 'Monthly',
        categoryCombo,
        openFuturePeriods: 12,
        organisationUnits: [{ id: orgUnit }],
        dataSetElements: Object.values(dataElements).map((id) => ({ dataElement: { id }, dataSet: { id: dataSet } })),
        ...shared,
      },
    ],
    trackedEntityAttributes: Object.entries(attributes).map(([kind, id]) => ({
      ...named(id, `attribute ${kind}`),
      valueType: VALUE_TYPES[kind as keyof typeof attributes],
      aggregationType: 'NONE',
    })),
    trackedEntityTypes: [
      {
        ...named(entityType, 'type'),
        trackedEntityTypeAttributes: ofType.map((id) => ({ trackedEntityAttribute: { id }, mandatory: false })),
        ...shared,
      },
    ],
    programs: [
      {
        ...named(eventProgram, 'visits'),
        programType: 'WITHOUT_REGISTRATION',
        categoryCombo,
        organisationUnits: [{ id: orgUnit }],
        programStages: [{ id: eventStage }],
        ...shared,
      },
      {
        ...named(trackerProgram, 'follow-up'),
        programType: 'WITH_REGISTRATION',
        categoryCombo,
        organisationUnits: [{ id: orgUnit }],
        trackedEntityType: { id: entityType },
        programStages: [{ id: trackerStage }],
        programTrackedEntityAttributes: Object.values(attributes).map((id) => ({
          trackedEntityAttribute: { id },
          mandatory: false,
        })),
        ...shared,
      },
    ],
    programStages: [stage(eventStage, 'visit', eventProgram), stage(trackerStage, 'contact', trackerProgram)],
  }
}

/** Sends JSON, whole or not at all. */
export async function post(target: Pick<Target, 'client'>, path: string, json: unknown): Promise<unknown> {
  return (await target.client.request(path, { method: 'POST', json })).json()
}

async function patch(target: Pick<Target, 'client'>, path: string, operations: unknown): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(operations))
  const body = {
    type: 'application/json-patch+json',
    size: bytes.byteLength,
    replayable: true,
    open: () => Promise.resolve(new Blob([bytes]).stream()),
  }
  await target.client.request(path, { method: 'PATCH', body })
}

/** A file of the recordings. */
export async function fixture(name: string, as: string, type: string): Promise<File> {
  const bytes = await readFile(new URL(`../../../../test/conformance/fixtures/${name}`, import.meta.url))
  return new File([bytes], as, { type })
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

export async function text(source: { bytes(): Promise<Uint8Array> }): Promise<string> {
  return new TextDecoder().decode(await source.bytes())
}
