import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, readlink, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { ProfileError } from './errors.js'
import { fileError } from './private-file.js'

/** Options of {@link withLock}. */
export interface LockOptions {
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined
  /** How long to wait for the others, in milliseconds. Default 30 000. */
  readonly patience?: number | undefined
  /** After what time without a sign of life of its owner a lock is nobody's, in milliseconds. Default 15 000. */
  readonly silence?: number | undefined
}

/** How often the owner of a lock shows that it lives, in milliseconds. */
const BEAT = 2_000

/**
 * Does work that only one process may do at a time: whoever has made the lock file. Its owner touches it while the work goes
 * on. One whose process is gone, or that nobody has touched for long, is taken away.
 * @throws ProfileError `busy` after the patience · `file-failed` · what the work throws · `signal.reason`
 */
export async function withLock<T>(path: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const mark = await take(path, options)
  const beat = setInterval(() => {
    const now = new Date()
    utimes(path, now, now).catch(ignore)
  }, BEAT)
  beat.unref()
  try {
    return await work()
  } finally {
    clearInterval(beat)
    if ((await contentOf(path)) === mark) await rm(path, { force: true }).catch(ignore)
  }
}

async function take(path: string, { signal, patience = 30_000, silence = 15_000 }: LockOptions): Promise<string> {
  const place = await ownPlace()
  const mark = `${process.pid} ${place} ${randomBytes(8).toString('hex')}`
  const start = performance.now()
  let seen = { state: '', since: start }
  for (;;) {
    signal?.throwIfAborted()
    if (await create(path, mark)) return mark
    const state = await stateOf(path)
    const now = performance.now()
    if (state !== seen.state) seen = { state, since: now }
    const owner = await contentOf(path)
    if (owner !== undefined && (isGone(owner, place) || now - seen.since > silence)) {
      await takeAway(path, owner, silence)
      continue
    }
    if (now - start > patience) throw busy(path, owner)
    await setTimeout(10 + Math.random() * 40, undefined, { signal }).catch((error: unknown) => {
      throw signal?.aborted ? signal.reason : error
    })
  }
}

async function create(path: string, mark: string): Promise<boolean> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const handle = await open(path, 'wx', 0o600)
    try {
      await handle.writeFile(mark).finally(() => handle.close())
    } catch (error) {
      // on a full disk it would stay, and be nobody's
      await rm(path, { force: true }).catch(ignore)
      throw error
    }
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw fileError(error, 'Cannot make the lock', path)
  }
}

/** Only one takes a lock away at a time, and only the one that was seen: it cannot be that of somebody who came since. */
async function takeAway(path: string, owner: string, silence: number): Promise<void> {
  const guard = `${path}.gone`
  if (!(await create(guard, ''))) {
    const age = await stat(guard).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    )
    // it is there for the time of three calls; who made it died then
    if (age > silence) await rm(guard, { force: true }).catch(ignore)
    return
  }
  try {
    if ((await contentOf(path)) === owner) await rm(path, { force: true })
  } finally {
    await rm(guard, { force: true }).catch(ignore)
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}

async function stateOf(path: string): Promise<string> {
  return stat(path).then(
    ({ ino, mtimeMs }) => `${ino} ${mtimeMs}`,
    () => '',
  )
}

/** Whether the process that wrote this mark on this machine has ended. */
function isGone(mark: string, place: string): boolean {
  const [pid = '', ...rest] = mark.split(' ')
  if (rest.slice(0, -1).join(' ') !== place) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

/** Where a process number means the same: this machine, and on Linux this container. */
async function ownPlace(): Promise<string> {
  const space = await readlink('/proc/self/ns/pid').catch(() => '')
  return `${hostname()}${space}`.replaceAll(/\s/g, '_')
}

function busy(path: string, owner: string | undefined): ProfileError {
  const [pid] = owner?.split(' ') ?? []
  const who = pid === undefined || pid === '' ? 'Another program' : `Another program (process ${pid})`
  return new ProfileError(`${who} is changing the profiles, and does not come to an end: ${path}.`, {
    code: 'busy',
    path,
    hint: 'Try again; when nothing of dhis2-files runs, delete that file.',
  })
}

function ignore(): void {}
