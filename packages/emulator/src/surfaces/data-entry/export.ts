import type { Api } from '../../api.js'
import { isSuperuser } from '../../auth/authorities.js'
import type { Call } from '../../http/call.js'
import { NO_STORE, type Reply, json } from '../../http/reply.js'
import { conflict } from '../../http/web-message.js'
import { sharingGrants } from '../../metadata/access.js'
import type { Row } from '../../storage/collection.js'
import { type DataValue, DataValueStore, elementsOf, instantOf } from './store.js'
import { closedOptions } from '../option-combos.js'
import { idsOf, isWithin, viewsDataOf } from '../org-unit-access.js'
import { type Period, parsePeriod } from './periods.js'

/** What an export was asked for, found. */
interface Query {
  readonly dataSets: readonly Row[]
  readonly elements: ReadonlySet<string>
  readonly orgUnits: readonly string[]
  readonly children: boolean
  readonly periods: readonly Period[]
  readonly startDate: string | undefined
  readonly endDate: string | undefined
  readonly changedSince: number | undefined
  readonly attributeOptionCombos: readonly string[]
  readonly deleted: boolean
  readonly limit: number
}

/** `GET /api/dataValueSets` (WIRE.md 3.4). @throws ApiError 409 for a query that says too little, or may not be asked */
export function exportValues(api: Api, call: Call): Reply {
  const query = readQuery(api, call)
  checkQuery(api, call, query)
  const values = new DataValueStore(api.state)
    .all({ deleted: query.deleted })
    .filter((value) => matches(api, query, value))
    .filter(
      ({ attributeOptionCombo }) => closedOptions(api.state, call.user, attributeOptionCombo, 'data-read').length === 0,
    )
    .slice(0, query.limit)
  const headers: Record<string, string> = { 'cache-control': NO_STORE }
  const body = api.traits.dataEntry === 'modern' ? hoisted(query, values) : flat(query, values)
  if (api.traits.dataEntry === 'modern')
    headers['content-disposition'] = `attachment; filename="${fileName(call, query)}.json"`
  return json(body, { headers })
}

function readQuery(api: Api, call: Call): Query {
  const { state } = api
  const all = (name: string) =>
    call.query
      .getAll(name)
      .flatMap((value) => value.split(','))
      .filter((value) => value !== '')
  const known = (type: string, ids: readonly string[]) => ids.flatMap((id) => state.collection(type).get(id) ?? [])
  const dataSets = known('dataSets', all('dataSet'))
  const groups = known('dataElementGroups', all('dataElementGroup'))
  const elements = [
    ...dataSets.flatMap(elementsOf),
    ...groups.flatMap((group) => idsOf(group['dataElements'])),
    ...known('dataElements', all('dataElement')).map(({ id }) => id),
  ]
  const orgUnitGroups = known('organisationUnitGroups', all('orgUnitGroup'))
  return {
    dataSets,
    elements: new Set(elements),
    orgUnits: [
      ...known('organisationUnits', all('orgUnit')).map(({ id }) => id),
      ...orgUnitGroups.flatMap((group) => idsOf(group['organisationUnits'])),
    ],
    children: call.parameter('children') === 'true',
    periods: all('period').flatMap((iso) => parsePeriod(iso) ?? []),
    startDate: call.parameter('startDate'),
    endDate: call.parameter('endDate'),
    changedSince: changedSince(api, call),
    attributeOptionCombos: all('attributeOptionCombo'),
    deleted: call.parameter('includeDeleted') === 'true',
    limit: Number(call.parameter('limit') ?? Number.POSITIVE_INFINITY),
  }
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function changedSince(api: Api, call: Call): number | undefined {
  const duration = call.parameter('lastUpdatedDuration')
  if (duration === undefined) return instantOf(call.parameter('lastUpdated'))
  const match = /^(\d+)([smhd])$/.exec(duration)
  if (match === null) throw conflict(`Duration is not valid: \`${duration}\``, 'E2005')
  return api.state.now().getTime() - Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0)
}

function checkQuery(api: Api, call: Call, query: Query): void {
  const { state } = api
  const { user } = call
  const { startDate, endDate, periods } = query
  if (query.elements.size === 0 && query.dataSets.length === 0)
    throw conflict('At least one data element, data set or data element group must be specified', 'E2001')
  const hasRange = startDate !== undefined && endDate !== undefined
  if (periods.length === 0 && !hasRange && query.changedSince === undefined)
    throw conflict(
      'At least one period, start/end dates, last updated or last updated duration must be specified',
      'E2002',
    )
  if (periods.length > 0 && hasRange) throw conflict('Both periods and start/end date cannot be specified', 'E2003')
  if (hasRange && Date.parse(startDate) > Date.parse(endDate))
    throw conflict('Start date must be before end date', 'E2004')
  if (query.orgUnits.length === 0)
    throw conflict(
      query.children
        ? 'At least one organisation unit must be specified when children are included'
        : 'At least one organisation unit or organisation unit group must be specified',
      query.children ? 'E2008' : 'E2006',
    )
  if (query.limit < 0) throw conflict(`Limit cannot be less than zero: \`${query.limit}\``, 'E2009')
  if (isSuperuser(state, user)) return
  for (const dataSet of query.dataSets)
    if (!sharingGrants(state, user, dataSet, 'data-read'))
      throw conflict(`User is not allowed to read data for data set: \`${dataSet.id}\``, 'E2010')
  for (const orgUnit of query.orgUnits)
    if (!viewsDataOf(state, user, orgUnit))
      throw conflict(`User is not allowed to view org unit: \`${orgUnit}\``, 'E2012')
}

function matches({ state }: Api, query: Query, value: DataValue): boolean {
  const { orgUnits, children, periods, startDate, endDate, changedSince, attributeOptionCombos } = query
  if (!query.elements.has(value.dataElement)) return false
  if (children ? !isWithin(state, value.orgUnit, orgUnits) : !orgUnits.includes(value.orgUnit)) return false
  if (attributeOptionCombos.length > 0 && !attributeOptionCombos.includes(value.attributeOptionCombo)) return false
  if (changedSince !== undefined && (instantOf(value.lastUpdated) ?? 0) < changedSince) return false
  if (periods.length > 0) return periods.some(({ iso }) => iso === value.period)
  if (startDate === undefined || endDate === undefined) return true
  const period = parsePeriod(value.period)
  return (
    period !== undefined &&
    period.start.getTime() >= Date.parse(startDate) &&
    period.end.getTime() <= Date.parse(endDate)
  )
}

/** Before 2.43: every value says everything; one set, period and org unit are told once more on top. */
function flat({ dataSets, periods, orgUnits, children, deleted }: Query, values: readonly DataValue[]): object {
  const single = dataSets.length === 1 && periods.length === 1 && orgUnits.length === 1 && !children
  return {
    ...(single && { dataSet: dataSets[0]?.id, period: periods[0]?.iso, orgUnit: orgUnits[0] }),
    dataValues: values.map((value) => ({
      ...keyOf(value),
      comment: value.comment ?? null,
      followup: value.followup,
      ...(deleted && value.deleted && { deleted: true }),
    })),
  }
}

/** From 2.43 on: what was asked for once is told once, and is not in the values. */
function hoisted(query: Query, values: readonly DataValue[]): object {
  const { dataSets, periods, orgUnits, children, deleted, attributeOptionCombos } = query
  const only = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined)
  const group = {
    dataSet: only(dataSets)?.id,
    period: only(periods)?.iso,
    orgUnit: children ? undefined : only(orgUnits),
    attributeOptionCombo: only(attributeOptionCombos),
  }
  return {
    ...group,
    dataValues: values.map((value) => {
      const shown: Record<string, unknown> = {
        ...keyOf(value),
        ...(value.comment !== undefined && { comment: value.comment }),
        ...(value.followup && { followUp: true }),
        ...(deleted && value.deleted && { deleted: true }),
      }
      for (const [name, common] of Object.entries(group)) if (common !== undefined) delete shown[name]
      return shown
    }),
  }
}

function keyOf(value: DataValue): Record<string, unknown> {
  return {
    dataElement: value.dataElement,
    period: value.period,
    orgUnit: value.orgUnit,
    categoryOptionCombo: value.categoryOptionCombo,
    attributeOptionCombo: value.attributeOptionCombo,
    value: value.value,
    storedBy: value.storedBy,
    created: value.created,
    lastUpdated: value.lastUpdated,
  }
}

/** `dataValues`, with the dates when there are both. */
function fileName(call: Call, { startDate, endDate }: Query): string {
  const name = call.parameter('attachment')?.split('.')[0] ?? 'dataValues'
  return startDate === undefined || endDate === undefined ? name : `${name}_${startDate}_${endDate}`
}
