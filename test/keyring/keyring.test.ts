import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const CHILD = join(import.meta.dirname, 'child.mjs')
const PASSWORD = `Ünïcode “secret” ${'x'.repeat(3000)}`

interface Outcome {
  readonly result?: unknown
  readonly error?: { readonly code: string; readonly message: string }
  readonly warnings: readonly string[]
}

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'dhis2-files-keyring-'))
  mkdirSync(join(home, 'run'), { mode: 0o700 })
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const SESSIONS = {
  /** A desktop: a bus, and a keyring that is unlocked with the password of its user. */
  unlocked: 'printf user-password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1',
  /** A bus, and a keyring that nobody has unlocked; there is nobody who could be asked. */
  locked: 'gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1',
}

/** Does things one after the other in one session of the user, each in a process of its own. */
async function inSession(session: keyof typeof SESSIONS, ...works: readonly string[]): Promise<readonly Outcome[]> {
  const steps = works.map((work) => `"$NODE" "$CHILD" "$HOME" ${work}`)
  const script = [SESSIONS[session], ...steps].join('\n')
  return outcomes(await run('dbus-run-session', ['--', 'sh', '-c', script]))
}

function outcomes(text: string): readonly Outcome[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Outcome)
}

function run(program: string, args: readonly string[]): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    XDG_RUNTIME_DIR: join(home, 'run'),
    XDG_DATA_HOME: join(home, 'data'),
    NODE: process.execPath,
    CHILD,
  }
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let errors = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`${program}: ${code}\n${errors}`))))
  })
}

function filesOfUser(): string {
  const folder = join(home, '.config', 'dhis2')
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
}

test('a secret in the keyring outlives the session, and is in no file of ours', async () => {
  const [added, read] = await inSession('unlocked', 'add', 'read')
  expect(added).toMatchObject({ result: { place: 'keyring' }, warnings: [] })
  expect(added?.result).not.toHaveProperty('fallback')
  expect(read?.result).toBe(PASSWORD)
  expect(filesOfUser()).not.toContain('secret”')
  expect(await inSession('unlocked', 'read')).toMatchObject([{ result: PASSWORD }])
})

test('a secret follows its profile: renamed, moved there and back, removed', async () => {
  const [, renamed, read, moved, readFile, back, readBack, removed] = await inSession(
    'unlocked',
    ...['add', 'rename', 'readRenamed', 'move', 'readRenamed', 'moveBack', 'readRenamed', 'remove'],
  )
  expect([renamed, moved, back]).toMatchObject([
    { result: { place: 'keyring' } },
    { result: { place: 'file' } },
    { result: { place: 'keyring' } },
  ])
  expect([read?.result, readFile?.result, readBack?.result]).toEqual([PASSWORD, PASSWORD, PASSWORD])
  expect(removed).toMatchObject({ result: { wasDefault: false } })
  expect(removed?.result).not.toHaveProperty('leftBehind')
  expect(filesOfUser().trim()).toBe('')
})

test('without a desktop session the secret is in the file, and the result says why', async () => {
  const [added] = outcomes(await run(process.execPath, [CHILD, home, 'add']))
  expect(added).toMatchObject({
    result: { place: 'file', fallback: expect.stringMatching(/^The system keyring cannot be used \(.*DBus/) },
  })
  expect(filesOfUser()).toContain('Ünïcode “secret” ')
  expect(outcomes(await run(process.execPath, [CHILD, home, 'read']))).toMatchObject([{ result: PASSWORD }])
})

test('with a keyring that nobody can unlock the secret is in the file, and the result says so', async () => {
  const [added, read] = await inSession('locked', 'add', 'read')
  expect(added).toMatchObject({
    result: { place: 'file', fallback: expect.stringMatching(/^The system keyring cannot be used \(/) },
  })
  expect(read?.result).toBe(PASSWORD)
})

test('a secret in a keyring that is not there any more is told, and what to do', async () => {
  await inSession('unlocked', 'add')
  const [read] = outcomes(await run(process.execPath, [CHILD, home, 'read']))
  expect(read?.error).toMatchObject({
    code: 'keyring-failed',
    message: expect.stringMatching(/Cannot read the system keyring: .*Unlock it/),
  })
})
