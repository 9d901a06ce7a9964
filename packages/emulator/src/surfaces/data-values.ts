import type { Api } from '../api.js'
import { hasAnyAuthority } from '../auth/authorities.js'
import type { Call } from '../http/call.js'
import { NO_STORE, type Reply, empty, json } from '../http/reply.js'
import { ApiError, ContainerError, forbidden, messageReply, webMessage } from '../http/web-message.js'
import { notYetStored } from './audits.js'
import { ClassicDataEntry } from './data-entry/classic.js'
import { ModernDataEntry } from './data-entry/modern.js'
import type { DataEntry, ValueInput } from './data-entry/data-entry.js'
import { valuesOfFile } from './data-value-files.js'
import { fileReply } from './file-reply.js'
import { describeFile } from './file-resources.js'

const BACK_ENDS: Readonly<Record<Api['traits']['dataEntry'], new (api: Api) => DataEntry>> = {
  classic: ClassicDataEntry,
  modern: ModernDataEntry,
}

/** `/api/dataValues`, `/file`, `/files`: one aggregate value at a time (WIRE.md 3). */
export function dataValues(api: Api): void {
  const { routes, state, traits } = api
  const entry = new BACK_ENDS[traits.dataEntry](api)
  api.files.owners.set('DATA_VALUE', (file) => valuesOfFile(api, file))

  routes.post('/api/dataValues', async (call) => {
    requireDataEntry(api, call)
    await entry.save(await readInput(call), call.user)
    return empty(201)
  })

  routes.post('/api/dataValues/file', async (call) => {
    requireDataEntry(api, call)
    const input = inputOf(call.query, call)
    requireKey(input)
    const saved = await entry.saveFile(input, call.form?.file('file'), call.user)
    if (saved === undefined) return messageReply(202)
    const { file, shownAsAssigned, shownAsStored } = saved
    const shown = describeFile(api, file, { status: shownAsStored ? 'STORED' : 'PENDING', fresh: true })
    const fileResource = { ...shown, assigned: shownAsAssigned }
    return json(webMessage(202, { response: { responseType: 'FileResource', fileResource } }), { status: 202 })
  })

  routes.get('/api/dataValues', (call) => {
    const { value } = entry.read(inputOf(call.query, call), call.user)
    return json([value], { headers: { 'cache-control': NO_STORE } })
  })

  routes.get('/api/dataValues/files', (call) => {
    try {
      return fileOf(call)
    } catch (error) {
      if (error instanceof ApiError) error.policy = 'file-error'
      throw error
    }
  })

  routes.delete('/api/dataValues', async (call) => {
    requireDataEntry(api, call)
    await entry.remove(inputOf(call.query, call), call.user)
    return empty(204)
  })

  function fileOf(call: Call): Reply {
    const file = entry.readFile(inputOf(call.query, call), call.user)
    const blob = state.blob(file)
    if (blob === undefined) throw notYetStored(api, file)
    const made = fileReply(file, blob)
    made.headers.set('cache-control', NO_STORE)
    return made
  }
}

/** @throws ApiError 403 unless the caller may enter data */
export function requireDataEntry(api: Api, call: Call): void {
  if (!hasAnyAuthority(api.state, call.user, ['F_DATAVALUE_ADD']))
    throw forbidden('Access is denied, requires one Authority from [F_DATAVALUE_ADD]')
}

/** Parameters in the query, in a form, or a JSON object. @throws ContainerError 400 when parts of the key are missing */
async function readInput(call: Call): Promise<ValueInput> {
  const type = call.request.headers.get('content-type') ?? ''
  if (/^application\/json/i.test(type) && !['de', 'pe', 'ou'].every((name) => call.query.has(name))) {
    const body = ((await call.json()) ?? {}) as Record<string, unknown>
    const { combo, options } = (body['attribute'] ?? {}) as { combo?: string; options?: string[] }
    const text = (name: string) => (typeof body[name] === 'string' ? body[name] : undefined)
    return {
      de: text('dataElement'),
      pe: text('period'),
      ou: text('orgUnit'),
      co: text('categoryOptionCombo'),
      cc: combo,
      cp: options?.join(';'),
      ds: text('dataSet'),
      value: body['value'] === undefined || body['value'] === null ? undefined : String(body['value']),
      comment: text('comment'),
      followUp: typeof body['followUp'] === 'boolean' ? body['followUp'] : undefined,
      force: body['force'] === true,
    }
  }
  const form = /^application\/x-www-form-urlencoded/i.test(type) ? new URLSearchParams(await call.text()) : undefined
  const parameters = new URLSearchParams([...call.query, ...(form ?? [])])
  const input = inputOf(parameters, call)
  requireKey(input)
  return input
}

function requireKey({ de, pe, ou }: ValueInput): void {
  if (de === undefined || pe === undefined || ou === undefined) throw new ContainerError(400)
}

function inputOf(parameters: URLSearchParams, call: Call): ValueInput {
  const sent = (name: string) => parameters.get(name) ?? call.form?.values(name)[0]
  const filled = (name: string) => sent(name) || undefined
  const followUp = filled('followUp')
  return {
    de: filled('de'),
    pe: filled('pe'),
    ou: filled('ou'),
    co: filled('co'),
    cc: filled('cc'),
    cp: filled('cp'),
    ds: filled('ds'),
    value: sent('value'),
    comment: sent('comment'),
    followUp: followUp === undefined ? undefined : followUp === 'true',
    force: filled('force') === 'true',
  }
}
