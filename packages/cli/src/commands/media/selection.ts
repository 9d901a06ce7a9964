import type { DataValueKey, Dhis2Client, FileResource, OrgUnitMode } from '@dhis2-files/client'
import type { Options } from '../../command.js'
import { CliError } from '../../failure.js'
import { checkUids } from '../uids.js'

const MODES = ['SELECTED', 'CHILDREN', 'DESCENDANTS', 'ACCESSIBLE', 'CAPTURE', 'ALL'] as const

/** Which captured files: of a data set, of the events of a program, or of tracked entities. */
export const SELECTION_OPTIONS = {
  dataSet: {
    kind: 'text',
    value: 'UID',
    about: 'Data values of this data set; with --org-unit, and --period or both dates.',
  },
  period: { kind: 'list', value: 'PERIOD', about: 'Period of data values, such as 202601. May be repeated.' },
  startDate: {
    kind: 'text',
    value: 'DATE',
    about: 'Periods of data values that begin then or later, such as 2026-01-01.',
  },
  endDate: { kind: 'text', value: 'DATE', about: 'Periods of data values that end then or before.' },
  children: { kind: 'flag', about: 'Also data values of the organisation units below.' },
  program: {
    kind: 'text',
    value: 'UID',
    about: 'Events of this program; with --tracked-entities the attributes of those enrolled in it.',
  },
  programStage: { kind: 'text', value: 'UID', about: 'Events of this stage alone.' },
  status: { kind: 'text', value: 'STATUS', about: 'Events of this status, such as COMPLETED.' },
  occurredAfter: { kind: 'text', value: 'DATE', about: 'Events of this date or later.' },
  occurredBefore: { kind: 'text', value: 'DATE', about: 'Events of this date or before.' },
  trackedEntities: { kind: 'flag', about: 'Attributes of tracked entities instead of events.' },
  trackedEntityType: { kind: 'text', value: 'UID', about: 'Attributes of tracked entities of this type.' },
  orgUnit: { kind: 'list', value: 'UID', about: 'Organisation unit. May be repeated, but not for events.' },
  orgUnitMode: {
    kind: 'text',
    value: 'MODE',
    choices: MODES,
    about: 'Which units count for events and tracked entities. Default: SELECTED with --org-unit, else ACCESSIBLE.',
  },
  updatedAfter: { kind: 'text', value: 'DATE', about: 'Events or tracked entities that were changed then or later.' },
} as const satisfies Options

/** The values of {@link SELECTION_OPTIONS}. */
export interface Selection {
  readonly dataSet: string | undefined
  readonly period: readonly string[]
  readonly startDate: string | undefined
  readonly endDate: string | undefined
  readonly children: boolean
  readonly program: string | undefined
  readonly programStage: string | undefined
  readonly status: string | undefined
  readonly occurredAfter: string | undefined
  readonly occurredBefore: string | undefined
  readonly trackedEntities: boolean
  readonly trackedEntityType: string | undefined
  readonly orgUnit: readonly string[]
  readonly orgUnitMode: string | undefined
  readonly updatedAfter: string | undefined
}

/** A value that is a file. */
export interface MediaRow {
  readonly kind: 'data-value' | 'event' | 'attribute'
  /** What the value is of, as one word: its keys with slashes between them. */
  readonly of: string
  /** Uid of the file resource. */
  readonly value: string
  /** `undefined` where the file is gone. */
  readonly fileResource: FileResource | undefined
  /** Keys of the value, by DHIS2's names for them. */
  readonly keys: Readonly<Record<string, string | undefined>>
  /** Period or date. */
  readonly when: string | undefined
  /** Of a data value: what it is read by. */
  readonly key?: DataValueKey
}

/** Every value that the selection means, as the server lists them. @throws CliError `usage` for a selection of nothing, or of two things */
export function selectMedia(client: Dhis2Client, selection: Selection, signal: AbortSignal): AsyncIterable<MediaRow> {
  const { dataSet, program, programStage, trackedEntities, trackedEntityType, orgUnit } = selection
  checkUids('a data set', dataSet)
  checkUids('a program', program)
  checkUids('a program stage', programStage)
  checkUids('a tracked entity type', trackedEntityType)
  checkUids('an organisation unit', ...orgUnit)
  if (dataSet !== undefined && (program !== undefined || trackedEntityType !== undefined)) {
    throw new CliError('Pass --data-set, or --program or --tracked-entity-type, not both.')
  }
  if (dataSet !== undefined) return dataValues(client, { ...selection, dataSet }, signal)
  if (trackedEntityType !== undefined || trackedEntities) return attributes(client, selection, signal)
  if (program !== undefined) return events(client, { ...selection, program }, signal)
  throw new CliError('It is not said which files.', { hint: 'Pass --data-set, --program or --tracked-entity-type.' })
}

async function* dataValues(
  { files }: Dhis2Client,
  { dataSet, period, startDate, endDate, orgUnit, children }: Selection & { readonly dataSet: string },
  signal: AbortSignal,
): AsyncGenerator<MediaRow> {
  if (orgUnit.length === 0) throw new CliError('--org-unit is needed with --data-set.')
  if (period.length === 0 && (startDate === undefined || endDate === undefined)) {
    throw new CliError('--period, or --start-date and --end-date, are needed with --data-set.')
  }
  const periods = period.length === 0 ? undefined : period
  for await (const row of files.dataValues.list({
    dataSet,
    period: periods,
    startDate,
    endDate,
    orgUnit,
    children,
    signal,
  })) {
    const { key, value, fileResource, attributeOptionCombo } = row
    const { de, ou, pe, co } = key
    yield {
      kind: 'data-value',
      of: [de, ou, pe, co ?? '', ...(key.cc === undefined ? [] : [attributeOptionCombo ?? ''])].join('/'),
      value,
      fileResource,
      keys: { dataElement: de, orgUnit: ou, period: pe, categoryOptionCombo: co, attributeOptionCombo },
      when: pe,
      key,
    }
  }
}

async function* events(
  { files }: Dhis2Client,
  selection: Selection & { readonly program: string },
  signal: AbortSignal,
): AsyncGenerator<MediaRow> {
  const { program, programStage, status, occurredAfter, occurredBefore, orgUnit, updatedAfter } = selection
  if (orgUnit.length > 1)
    throw new CliError('Events are listed of one --org-unit at a time.', {
      hint: 'Pass --org-unit-mode DESCENDANTS for those below it.',
    })
  const query = {
    program,
    programStage,
    status,
    occurredAfter,
    occurredBefore,
    updatedAfter,
    orgUnit: orgUnit[0],
    orgUnitMode: modeOf(selection),
  }
  for await (const {
    event,
    dataElement,
    value,
    fileResource,
    orgUnit: unit,
    occurredAt,
    ...more
  } of files.tracker.listEventFiles({ ...query, signal })) {
    yield {
      kind: 'event',
      of: `${event}/${dataElement}`,
      value,
      fileResource,
      keys: {
        event,
        dataElement,
        orgUnit: unit,
        program: more.program,
        programStage: more.programStage,
        trackedEntity: more.trackedEntity,
        date: occurredAt?.slice(0, 10),
      },
      when: occurredAt,
    }
  }
}

async function* attributes(
  { files }: Dhis2Client,
  selection: Selection,
  signal: AbortSignal,
): AsyncGenerator<MediaRow> {
  const { program, trackedEntityType, orgUnit, updatedAfter } = selection
  const units = orgUnit.length === 0 ? undefined : orgUnit
  const query = { program, trackedEntityType, orgUnit: units, orgUnitMode: modeOf(selection), updatedAfter, signal }
  for await (const row of files.tracker.listTrackedEntityFiles(query)) {
    const { trackedEntity, attribute, value, fileResource } = row
    yield {
      kind: 'attribute',
      of: `${trackedEntity}/${attribute}`,
      value,
      fileResource,
      keys: {
        trackedEntity,
        attribute,
        orgUnit: row.orgUnit,
        program: row.program,
        trackedEntityType: row.trackedEntityType,
      },
      when: undefined,
    }
  }
}

function modeOf({ orgUnit, orgUnitMode }: Selection): OrgUnitMode | undefined {
  return (orgUnitMode as OrgUnitMode | undefined) ?? (orgUnit.length === 0 ? 'ACCESSIBLE' : undefined)
}
