import type { Api } from '../api.js'
import { hasAnyAuthority } from '../auth/authorities.js'
import type { Call } from '../http/call.js'
import { NO_STORE, empty, json } from '../http/reply.js'
import { forbidden, messageReply, uncoded } from '../http/web-message.js'
import type { EmulatorState } from '../state.js'

/** Settings that have an effect here, with what they are until somebody sets them. */
const DEFAULTS: Readonly<Record<string, string>> = { keyFileResourceRetentionStrategy: 'NONE' }

/** `/api/systemSettings/{key}`: read, set, forget. */
export function systemSettings(api: Api): void {
  const { routes, state } = api
  const settings = () => state.collection('systemSettings')
  const checkRights = (call: Call) => {
    if (!hasAnyAuthority(state, call.user, ['F_SYSTEM_SETTING']))
      throw forbidden('Access is denied, requires one Authority from [F_SYSTEM_SETTING]')
  }
  routes.get('/api/systemSettings', () => {
    const own = Object.fromEntries([...settings()].map((row) => [row.id, row['value']]))
    return json({ ...DEFAULTS, ...own }, { headers: { 'cache-control': NO_STORE } })
  })
  routes.get('/api/systemSettings/:key', (call) => {
    const key = call.param('key')
    return json({ [key]: readSetting(state, key) ?? '' }, { headers: { 'cache-control': NO_STORE } })
  })
  routes.post('/api/systemSettings/:key', async (call) => {
    checkRights(call)
    const key = call.param('key')
    const value = call.parameter('value') ?? (await call.text())
    if (value === '') throw uncoded(400, 'Value must be specified as query param or as payload')
    settings().put({ id: key, value })
    return messageReply(200, { message: `System setting '${key}' set to value '${value}'.` })
  })
  routes.delete('/api/systemSettings/:key', (call) => {
    checkRights(call)
    settings().delete(call.param('key'))
    return empty(204)
  })
}

function readSetting(state: EmulatorState, key: string): string | undefined {
  const value = state.collection('systemSettings').get(key)?.['value']
  return typeof value === 'string' ? value : DEFAULTS[key]
}

/** Whether the file of a value that goes is kept, before 2.43: it is not by default (WIRE.md 6.2). */
export function retainsFiles(state: EmulatorState): boolean {
  return readSetting(state, 'keyFileResourceRetentionStrategy') !== 'NONE'
}
