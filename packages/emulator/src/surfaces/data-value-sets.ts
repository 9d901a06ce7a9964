import type { Api } from '../api.js'
import type { Call } from '../http/call.js'
import { NO_CACHE_PRIVATE, type Reply, json } from '../http/reply.js'
import { webMessage } from '../http/web-message.js'
import { exportValues } from './data-entry/export.js'
import { importClassic } from './data-entry/import-classic.js'
import { importModern } from './data-entry/import-modern.js'
import { requireDataEntry } from './data-values.js'

/** One value of a payload, with what its set says for all of them filled in. */
export interface SentValue {
  readonly index: number
  readonly dataElement?: string | undefined
  readonly period?: string | undefined
  readonly orgUnit?: string | undefined
  readonly categoryOptionCombo?: string | undefined
  readonly attributeOptionCombo?: string | undefined
  readonly value?: string | undefined
  readonly comment?: string | undefined
  readonly followUp?: boolean | undefined
  readonly deleted?: boolean | undefined
  readonly storedBy?: string | undefined
}

/** A payload of data values, read. */
export interface ValueSet {
  readonly dataSet: string | undefined
  readonly values: readonly SentValue[]
}

export interface SetOptions {
  readonly importStrategy: string
  readonly dryRun: boolean
  readonly force: boolean
}

/** Why a value was left out. */
export interface Conflict {
  readonly object: string
  readonly objects: Readonly<Record<string, string>>
  readonly value: string
  readonly errorCode: string
  readonly property: string
  readonly indexes: number[]
}

/** How an import ended. */
export interface SetSummary {
  readonly status: 'SUCCESS' | 'WARNING' | 'ERROR'
  readonly description?: string
  readonly importCount: { imported: number; updated: number; ignored: number; deleted: number }
  readonly conflicts: readonly Conflict[]
}

const IMPORTS: Readonly<Record<Api['traits']['dataEntry'], typeof importClassic>> = {
  classic: importClassic,
  modern: importModern,
}

const MESSAGES = {
  SUCCESS: 'Import was successful.',
  WARNING: 'One more conflicts encountered, please check import summary.',
  ERROR: 'An error occurred, please check import summary.',
}

/** `/api/dataValueSets`: many values in (WIRE.md 3.3) and out (3.4). */
export function dataValueSets(api: Api): void {
  api.routes.get('/api/dataValueSets', (call) => exportValues(api, call))

  api.routes.post('/api/dataValueSets', async (call) => {
    requireDataEntry(api, call)
    const payload = ((await call.json()) ?? {}) as Record<string, unknown>
    const options: SetOptions = {
      importStrategy: (
        call.parameter('importStrategy') ??
        call.parameter('strategy') ??
        'CREATE_AND_UPDATE'
      ).toUpperCase(),
      dryRun: call.parameter('dryRun') === 'true',
      force: call.parameter('force') === 'true',
    }
    const summary = await IMPORTS[api.traits.dataEntry](api, readSet(api, call, payload), options, call.user)
    return summaryReply(api, summary, options)
  })
}

function readSet(api: Api, call: Call, payload: Record<string, unknown>): ValueSet {
  const text = (value: unknown) => (value === undefined || value === null || value === '' ? undefined : String(value))
  const scheme = (name: string) =>
    (call.parameter(`${name}IdScheme`) ?? call.parameter('idScheme') ?? 'UID').toUpperCase()
  const uidOf = (type: string, name: string, value: unknown): string | undefined => {
    const given = text(value)
    const by = { CODE: 'code', NAME: 'name' }[scheme(name)]
    if (given === undefined || by === undefined) return given
    return api.state.collection(type).find((row) => row[by] === given)?.id ?? given
  }
  const values = Array.isArray(payload['dataValues']) ? (payload['dataValues'] as Record<string, unknown>[]) : []
  const combo = (value: unknown) => uidOf('categoryOptionCombos', 'categoryOptionCombo', value)
  return {
    dataSet: uidOf('dataSets', 'dataSet', payload['dataSet']),
    values: values.map((value, index) => ({
      index,
      dataElement: uidOf('dataElements', 'dataElement', value['dataElement'] ?? payload['dataElement']),
      period: text(value['period'] ?? payload['period']),
      orgUnit: uidOf('organisationUnits', 'orgUnit', value['orgUnit'] ?? payload['orgUnit']),
      categoryOptionCombo: combo(value['categoryOptionCombo']),
      attributeOptionCombo: combo(value['attributeOptionCombo'] ?? payload['attributeOptionCombo']),
      value: text(value['value']),
      comment: text(value['comment']),
      followUp: readFlag(value['followUp'] ?? value['followup']),
      deleted: readFlag(value['deleted']),
      storedBy: text(value['storedBy']),
    })),
  }
}

const readFlag = (value: unknown) => (value === undefined || value === null ? undefined : String(value) === 'true')

function summaryReply(api: Api, summary: SetSummary, options: SetOptions): Reply {
  const { status, description, importCount, conflicts } = summary
  const { traits } = api
  const http = status === 'SUCCESS' ? 200 : status === 'WARNING' ? traits.importWarningStatus : 409
  const response = {
    responseType: 'ImportSummary',
    status,
    importOptions: {
      idSchemes: {},
      ...(traits.dataEntry === 'modern' && { atomic: false }),
      dryRun: options.dryRun,
      async: false,
      importStrategy: options.importStrategy,
      mergeMode: 'REPLACE',
      reportMode: 'FULL',
      ...Object.fromEntries(SWITCHES.map((name) => [name, name === 'firstRowIsHeader'])),
      force: options.force,
    },
    ...(description !== undefined && { description }),
    importCount,
    conflicts,
    rejectedIndexes: [...new Set(conflicts.flatMap(({ indexes }) => indexes))].sort((a, b) => a - b),
    ...(status !== 'ERROR' && { dataSetComplete: 'false' }),
  }
  const level = status === 'SUCCESS' ? 'OK' : status
  return json(webMessage(http, { status: level, message: MESSAGES[status], response }), {
    status: http,
    headers: { 'cache-control': http < 400 ? undefined : NO_CACHE_PRIVATE },
  })
}

/** Options of an import that this server shows but does not have. */
const SWITCHES = (
  'skipExistingCheck sharing skipNotifications skipAudit datasetAllowsPeriods strictPeriods strictDataElements ' +
  'strictCategoryOptionCombos strictAttributeOptionCombos strictOrganisationUnits strictDataSetApproval ' +
  'strictDataSetLocking strictDataSetInputPeriods requireCategoryOptionCombo requireAttributeOptionCombo ' +
  'skipPatternValidation ignoreEmptyCollection firstRowIsHeader skipLastUpdated mergeDataValues skipCache'
).split(' ')
