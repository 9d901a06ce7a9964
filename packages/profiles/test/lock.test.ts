import { spawn } from 'node:child_process'
import fs, { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withLock } from '../src/lock.js'

const CHILD = join(import.meta.dirname, 'lock-child.mjs')

let folder: string
let lock: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dhis2-files-lock-'))
  lock = join(folder, '.lock')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function child(...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const process_ = spawn(process.execPath, [CHILD, lock, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    process_.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    process_.on('error', reject)
    process_.on('close', (code, signal) => (code === 0 || signal ? resolve(out) : reject(new Error(`exit ${code}`))))
  })
}

test('four processes that count in one file lose no count', async () => {
  const counter = join(folder, 'counter')
  writeFileSync(counter, '0')
  await Promise.all(Array.from({ length: 4 }, () => child('count', counter, '40')))
  expect(readFileSync(counter, 'utf8')).toBe('160')
  expect(readdirSync(folder)).toEqual(['counter'])
})

test('the lock of a process that was killed is taken away, by one of many', async () => {
  await child('die')
  expect(existsSync(lock)).toBe(true)
  let inside = 0
  let most = 0
  const work = async (): Promise<void> => {
    most = Math.max(most, ++inside)
    await new Promise((resolve) => setTimeout(resolve, 1))
    inside--
  }
  await Promise.all(Array.from({ length: 20 }, () => withLock(lock, work)))
  expect(most).toBe(1)
  expect(readdirSync(folder)).toEqual([])
})

test('the lock of another machine is taken away when nobody touches it', async () => {
  writeFileSync(lock, '1 elsewhere 1234')
  expect(await withLock(lock, () => Promise.resolve('mine'), { silence: 50 })).toBe('mine')
  expect(readdirSync(folder)).toEqual([])
})

test('the lock of another machine is waited for while somebody touches it', async () => {
  writeFileSync(lock, '1 elsewhere 1234')
  let i = 0
  const beat = setInterval(() => utimesSync(lock, ++i, ++i), 5)
  try {
    await expect(withLock(lock, () => Promise.resolve(), { silence: 1_000, patience: 300 })).rejects.toMatchObject({
      code: 'busy',
      path: lock,
      message: expect.stringContaining('process 1'),
    })
    expect(readFileSync(lock, 'utf8')).toBe('1 elsewhere 1234')
  } finally {
    clearInterval(beat)
  }
})

test('a half-made removal of a lock is no obstacle', async () => {
  await child('die')
  writeFileSync(`${lock}.gone`, '')
  utimesSync(`${lock}.gone`, 1, 1)
  expect(await withLock(lock, () => Promise.resolve('mine'))).toBe('mine')
  expect(readdirSync(folder)).toEqual([])
})

test('waiting ends with the signal, and gives its reason', async () => {
  const reason = new Error('enough')
  const controller = new AbortController()
  await withLock(lock, async () => {
    const waiting = withLock(lock, () => Promise.resolve(), { signal: controller.signal })
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
  })
})

test('the lock is given back when the work fails', async () => {
  await expect(withLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(readdirSync(folder)).toEqual([])
})

test('a lock that somebody else has taken meanwhile stays', async () => {
  await withLock(lock, async () => writeFileSync(lock, `1 ${hostname()} other`))
  expect(readFileSync(lock, 'utf8')).toBe(`1 ${hostname()} other`)
})

test('a lock that cannot be written on a full disk does not stay', async () => {
  const real = fs.promises.open
  const open: typeof real = async (...args) => {
    const handle = await real(...args)
    handle.writeFile = () => Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' }))
    return handle
  }
  Object.assign(fs.promises, { open })
  syncBuiltinESMExports()
  try {
    await expect(withLock(lock, () => Promise.resolve())).rejects.toMatchObject({
      code: 'file-failed',
      message: expect.stringContaining('no space is left'),
    })
  } finally {
    Object.assign(fs.promises, { open: real })
    syncBuiltinESMExports()
  }
  expect(readdirSync(folder)).toEqual([])
})
