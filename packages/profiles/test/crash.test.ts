import fs, { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ProfileStore, type SavedProfile } from '../src/index.js'
import type { RemovedProfile } from '../src/profile-edits.js'
import { MemoryKeyring } from './world.js'

const HOOKED = ['rename', 'rm', 'open', 'mkdir'] as const
const REAL = Object.fromEntries(HOOKED.map((name) => [name, fs.promises[name]]))

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'dhis2-files-crash-'))
})
afterEach(() => {
  Object.assign(fs.promises, REAL)
  syncBuiltinESMExports()
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A program that ends before its step of this number, with nothing cleaned up: that step never begins, and nothing follows it. */
class Program {
  readonly died: Promise<'died'>
  #die: () => void = () => undefined
  #left: number

  constructor(steps: number) {
    this.#left = steps
    this.died = new Promise((resolve) => {
      this.#die = () => resolve('died')
    })
  }

  async step(): Promise<void> {
    if (--this.#left > 0) return
    this.#die()
    await new Promise(() => undefined)
  }
}

/** One home with its keyring. */
class Machine {
  readonly #home: string
  readonly #keyring: MemoryKeyring

  constructor(home: string = mkdtempSync(join(root, 'home-')), entries: ReadonlyMap<string, string> = new Map()) {
    this.#home = home
    this.#keyring = new MemoryKeyring()
    for (const [name, secret] of entries) this.#keyring.entries.set(name, secret)
  }

  copy(): Machine {
    const home = mkdtempSync(join(root, 'home-'))
    cpSync(this.#home, home, { recursive: true })
    return new Machine(home, this.#keyring.entries)
  }

  /** Does a change, as a program that ends before one of its steps. @returns whether it came to its end */
  async run(what: string, steps = Number.POSITIVE_INFINITY): Promise<boolean> {
    const program = new Program(steps)
    const keyring = {
      get: (name: string) => this.#keyring.get(name),
      set: (name: string, secret: string) => program.step().then(() => this.#keyring.set(name, secret)),
      remove: (name: string) => program.step().then(() => this.#keyring.remove(name)),
    }
    const store = await ProfileStore.open({ cwd: this.#home, env: { HOME: this.#home }, keyring })
    for (const name of HOOKED) {
      const real = REAL[name] as (...args: readonly unknown[]) => Promise<unknown>
      const hooked = async (...args: readonly unknown[]): Promise<unknown> => {
        if (name !== 'open' || args[1] === 'wx') await program.step()
        return real(...args)
      }
      Object.assign(fs.promises, { [name]: hooked })
    }
    syncBuiltinESMExports()
    const ended = await Promise.race([program.died, change(store, what)])
    Object.assign(fs.promises, REAL)
    syncBuiltinESMExports()
    // that the lock of a process that is gone is taken away has tests of its own
    rmSync(join(this.#home, '.config', 'dhis2', '.dhis2-files.lock'), { force: true })
    return ended !== 'died'
  }

  /** What a person would find: each profile, whether it is read-only, its token, where it leads. */
  async profiles(): Promise<readonly unknown[]> {
    const store = await ProfileStore.open({ cwd: this.#home, env: { HOME: this.#home }, keyring: this.#keyring })
    return Promise.all(
      store.list().map(async ({ name, profile }) => {
        const token = profile && (await store.secrets(profile)).token?.reveal()
        return [name, profile?.settings.readOnly, token, profile?.baseUrl]
      }),
    )
  }

  entries(): number {
    return this.#keyring.entries.size
  }
}

function change(store: ProfileStore, what: string): Promise<SavedProfile | RemovedProfile> {
  switch (what) {
    case 'add':
      return store.add({
        name: 'prod',
        baseUrl: 'https://a.example.org',
        auth: 'pat',
        settings: { readOnly: true },
        secrets: { token: 'd2p_old' },
      })
    case 'to the file':
      return store.update(store.get('prod'), {}, { keep: 'file' })
    case 'to the keyring':
      return store.update(store.get('prod'), {}, { keep: 'keyring' })
    case 'a new token':
      return store.update(store.get('prod'), { secrets: { token: 'd2p_new' } })
    case 'a new address':
      return store.update(store.get('prod'), { baseUrl: 'https://b.example.org' })
    case 'a new address and token':
      return store.update(store.get('prod'), { baseUrl: 'https://b.example.org', secrets: { token: 'd2p_new' } })
    case 'rename':
      return store.rename(store.get('prod'), 'production')
    default:
      return store.remove(store.get('prod'))
  }
}

const [A, B] = ['https://a.example.org', 'https://b.example.org']
const OLD = [['prod', true, 'd2p_old', A]]
const NEW = [['prod', true, 'd2p_new', A]]
const RENAMED = [['production', true, 'd2p_old', A]]
const MOVED = [['prod', true, 'd2p_old', B]]
const MOVED_NEW = [['prod', true, 'd2p_new', B]]

/** What is done first, what then, what there may be after a crash, the last being the aim; how many entries the keyring has then. */
const CASES = [
  { first: [], then: 'add', may: [[], OLD], entries: 1 },
  { first: ['add'], then: 'to the file', may: [OLD], entries: 0 },
  { first: ['add', 'to the file'], then: 'to the keyring', may: [OLD], entries: 1 },
  { first: ['add'], then: 'a new token', may: [OLD, NEW], entries: 1 },
  { first: ['add', 'to the file'], then: 'a new token', may: [OLD, NEW], entries: 0 },
  { first: ['add'], then: 'a new address', may: [OLD, MOVED], entries: 1 },
  { first: ['add'], then: 'a new address and token', may: [OLD, MOVED_NEW], entries: 1 },
  { first: ['add', 'to the file'], then: 'a new address', may: [OLD, MOVED], entries: 0 },
  { first: ['add'], then: 'rename', may: [OLD, RENAMED], entries: 1 },
  { first: ['add', 'to the file'], then: 'rename', may: [OLD, RENAMED], entries: 0 },
  { first: ['add'], then: 'remove', may: [OLD, []], entries: 0 },
  { first: ['add', 'to the file'], then: 'remove', may: [OLD, []], entries: 0 },
]

describe('a program that dies at any step', () => {
  test.each(CASES)(
    'of “$then”, after $first, loses no secret and no setting; it can be done again',
    async ({ first, then, may, entries }) => {
      const start = new Machine()
      for (const what of first) expect(await start.run(what)).toBe(true)
      const aim = may.at(-1)
      let steps = 1
      for (; ; steps++) {
        const machine = start.copy()
        const ended = await machine.run(then, steps)
        const found = await machine.profiles()
        expect(may, `after step ${steps}`).toContainEqual(found)
        if (ended) break
        const isDone = JSON.stringify(found) === JSON.stringify(aim) && !then.startsWith('to ')
        if (!isDone) expect(await machine.run(then)).toBe(true)
        expect(await machine.profiles(), `again after step ${steps}`).toEqual(aim)
        if (!isDone && then !== 'add') expect(machine.entries()).toBe(entries)
      }
      expect(steps).toBeGreaterThan(4)
    },
  )
})
