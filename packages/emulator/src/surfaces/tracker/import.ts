import type { Api } from '../../api.js'
import type { Call } from '../../http/call.js'
import { NO_STORE, type Reply, json } from '../../http/reply.js'
import { objectNotFound, webMessage } from '../../http/web-message.js'
import type { User } from '../../state.js'
import { enumParameter } from '../file-resources.js'
import type { TrackerAccess } from './access.js'
import { TrackerCommit } from './commit.js'
import type { TrackerError } from './messages.js'
import type { TrackerMetadata } from './metadata.js'
import { type Bundle, type Item, type TrackerStrategy, readBundle } from './payload.js'
import { TRACKER_TYPES, type TrackerStore, type TrackerType } from './types.js'
import { validateBundle } from './validation.js'

const STRATEGIES = ['CREATE', 'UPDATE', 'CREATE_AND_UPDATE', 'DELETE'] as const
const REPORT_MODES = ['FULL', 'ERRORS', 'WARNINGS'] as const

interface TrackerStats {
  created: number
  updated: number
  deleted: number
  ignored: number
  total: number
}

/** What an import answers. */
interface ImportReport {
  status: 'OK' | 'WARNING' | 'ERROR'
  validationReport: { errorReports: TrackerError[]; warningReports: object[] }
  stats: TrackerStats
  bundleReport?: { typeReportMap: Record<TrackerType, object> }
  timingsStats?: { timers: Record<string, string> }
}

/** `POST /api/tracker` and its jobs (WIRE.md 4.4). */
export function trackerImport(
  api: Api,
  parts: { store: TrackerStore; metadata: TrackerMetadata; access: TrackerAccess },
): void {
  const { store } = parts

  api.routes.post('/api/tracker', async (call) => {
    const body = await call.json()
    const report = run(api, parts, call, body)
    if (call.parameter('async')?.toLowerCase() === 'false')
      return json(forMode(report, reportMode(call)), { status: report.status === 'ERROR' ? 409 : 200 })
    return startJob(api, store, call, report)
  })

  api.routes.get('/api/tracker/jobs/:uid', (call) =>
    json(store.jobs.get(call.param('uid'))?.notifications ?? [], { headers: { 'cache-control': NO_STORE } }),
  )
  api.routes.get('/api/tracker/jobs/:uid/report', (call) => {
    const job = store.jobs.get(call.param('uid'))
    if (job === undefined) throw objectNotFound('JobConfiguration', call.param('uid'))
    return json(forMode(job.report as ImportReport, reportMode(call)), { headers: { 'cache-control': NO_STORE } })
  })
}

function run(
  api: Api,
  parts: { store: TrackerStore; metadata: TrackerMetadata; access: TrackerAccess },
  call: Call,
  body: unknown,
): ImportReport {
  const { store, metadata, access } = parts
  const strategy = (enumParameter(call, 'importStrategy', STRATEGIES) ?? 'CREATE_AND_UPDATE') as TrackerStrategy
  const atomic = enumParameter(call, 'atomicMode', ['ALL', 'OBJECT']) !== 'OBJECT'
  const validateOnly = enumParameter(call, 'importMode', ['COMMIT', 'VALIDATE']) === 'VALIDATE'
  enumParameter(call, 'validationMode', ['FULL', 'FAIL_FAST', 'SKIP'])
  const { user } = call
  const bundle = readBundle(api, store, metadata, body, strategy)
  validateBundle({ api, metadata, access, store, bundle, user })
  const errors = itemsOf(bundle).flatMap((item) => item.errors)
  if (errors.length > 0 && atomic) {
    const ignored = itemsOf(bundle).length
    return report('ERROR', errors, { ...noStats(), ignored, total: ignored })
  }
  if (!validateOnly) commit(api, metadata, store, user, bundle)
  return committed(bundle, errors)
}

function commit(api: Api, metadata: TrackerMetadata, store: TrackerStore, user: User, bundle: Bundle): void {
  new TrackerCommit(api, metadata, store, user).run(bundle)
}

function committed(bundle: Bundle, errors: TrackerError[]): ImportReport {
  const all = noStats()
  const types = TRACKER_TYPES.map((trackerType) => {
    const stats = noStats()
    for (const item of bundle[trackerType]) {
      const outcome = item.valid ? OUTCOMES[item.strategy] : 'ignored'
      for (const counted of [stats, all]) {
        counted[outcome]++
        counted.total++
      }
    }
    const objectReports = bundle[trackerType]
      .filter((item) => item.valid)
      .map(({ uid }) => ({ trackerType, uid, errorReports: [] }))
    return [trackerType, { trackerType, stats, objectReports }]
  })
  return { ...report('OK', errors, all), bundleReport: { typeReportMap: Object.fromEntries(types) } }
}

const OUTCOMES = { CREATE: 'created', UPDATE: 'updated', DELETE: 'deleted' } as const
const itemsOf = (bundle: Bundle): Item[] => TRACKER_TYPES.flatMap((type) => bundle[type])
const noStats = (): TrackerStats => ({ created: 0, updated: 0, deleted: 0, ignored: 0, total: 0 })
const report = (status: ImportReport['status'], errorReports: TrackerError[], stats: TrackerStats): ImportReport => ({
  status,
  validationReport: { errorReports, warningReports: [] },
  stats,
})

function reportMode(call: Call): string {
  return enumParameter(call, 'reportMode', REPORT_MODES) ?? 'ERRORS'
}

/** Only a full report tells how long things took. */
function forMode(made: ImportReport, mode: string): ImportReport {
  if (mode !== 'FULL') return made
  const timers = { preheat: '0.0 sec.', preprocess: '0.0 sec.', validation: '0.0 sec.', commit: '0.0 sec.' }
  return { ...made, timingsStats: { timers: { ...timers, totalImport: '0.0 sec.' } } }
}

/** Where nobody waits for the import its answer names a job; here the job is done by then. */
function startJob(api: Api, store: TrackerStore, call: Call, done: ImportReport): Reply {
  const id = api.state.newUid()
  const notification = (level: string, message: string, completed: boolean) => ({
    uid: api.state.newUid(),
    level,
    category: 'TRACKER_IMPORT_JOB',
    time: api.state.timestamp(),
    message,
    completed,
  })
  store.jobs.put({
    id,
    report: done,
    notifications: [
      notification('INFO', `Import complete with status ${done.status}`, true),
      notification('INFO', `Importing tracker objects for ${call.user.username}`, false),
    ],
  })
  const made = json(
    webMessage(200, {
      message: 'Tracker job added',
      response: { responseType: 'TrackerJob', id, location: `${call.apiBase}/tracker/jobs/${id}` },
    }),
  )
  made.headers.set('location', `${call.apiBase}/tracker/jobs/${id}`)
  return made
}
