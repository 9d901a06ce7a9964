import type { Api } from '../api.js'
import { isSuperuser } from '../auth/authorities.js'
import { SESSION_SECONDS } from '../auth/sessions.js'
import type { Call } from '../http/call.js'
import { JSON_UTF8, NO_STORE, json, reply } from '../http/reply.js'
import { uncoded } from '../http/web-message.js'

const MAX_CODES = 10_000

/** System information, uids, pings (WIRE.md 8.4). */
export function system(api: Api): void {
  const { routes, state } = api
  const systemId = crypto.randomUUID()
  const started = state.timestamp()

  api.open.add('/api/ping')
  routes.get('/api/ping', () => {
    const pong = reply(200, {
      'content-length': '0',
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
    })
    pong.policy = 'none'
    return pong
  })
  routes.get('/api/system/ping', () => reply(200, { 'content-type': 'text/plain;charset=UTF-8' }, 'pong'))

  routes.get('/api/system/info', (call) =>
    json(systemInfo(api, call, { systemId, started }), { headers: { 'cache-control': NO_STORE } }),
  )

  const codes = (call: Call) => {
    const limit = Number(call.parameter('limit') ?? '1')
    if (!Number.isInteger(limit))
      throw uncoded(400, `Value '${call.parameter('limit')}' is not valid for parameter limit. `)
    const count = Math.min(Math.max(limit, 0), MAX_CODES)
    return json(
      { codes: Array.from({ length: count }, () => state.newUid()) },
      { headers: { 'cache-control': NO_STORE, 'content-type': JSON_UTF8 } },
    )
  }
  routes.get('/api/system/id', codes)
  routes.get('/api/system/uid', codes)
}

function systemInfo(api: Api, call: Call, { systemId, started }: { systemId: string; started: string }): object {
  const { traits, state } = api
  const now = state.timestamp()
  const jobs = {
    lastAnalyticsTableSuccess: started,
    intervalSinceLastAnalyticsTableSuccess: '0 h, 0 m, 0 s',
    lastAnalyticsTableRuntime: '',
    lastSystemMonitoringSuccess: started,
    lastAnalyticsTablePartitionSuccess: started,
    intervalSinceLastAnalyticsTablePartitionSuccess: '0 h, 0 m, 0 s',
    lastAnalyticsTablePartitionRuntime: '',
    systemMetadataVersion: '',
    lastMetadataVersionSyncAttempt: started,
  }
  return {
    contextPath: call.base,
    userAgent: call.request.headers.get('user-agent') ?? undefined,
    calendar: 'iso8601',
    dateFormat: 'yyyy-mm-dd',
    serverDate: now,
    serverTimeZoneId: 'Etc/UTC',
    serverTimeZoneDisplayName: 'Coordinated Universal Time',
    ...(traits.systemInfo !== 'plain' && jobs),
    ...(traits.systemInfo === 'with-session' && {
      sessionTimeout: SESSION_SECONDS,
      capability: { analyticsTotalCounts: false },
    }),
    databaseInfo: { spatialSupport: true, time: now },
    version: traits.fullVersion,
    revision: 'emulator',
    buildTime: started,
    encryption: false,
    emailConfigured: false,
    redisEnabled: false,
    systemId,
    systemName: 'DHIS 2',
    instanceBaseUrl: call.base,
    isMetadataVersionEnabled: false,
    ...(isSuperuser(state, call.user) && {
      fileStoreProvider: 'filesystem',
      readOnlyMode: 'off',
      nodeId: '',
      osName: process.platform,
      cpuCores: 1,
    }),
  }
}
