import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { deflateSync, crc32 } from 'node:zlib'
import { type Dhis2Version, createEmulator } from '@dhis2-files/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Player } from './exchange.mjs'
import { type Json, type Played, loadFixtures } from './recording.js'
import { REQUIREMENTS, type Requirement, WIRE_SECTIONS } from './requirements.js'
import { ACCESS } from './variations/access.js'
import { CARRIERS } from './variations/carriers.js'
import { DOCUMENTS } from './variations/documents.js'
import { FILES } from './variations/files.js'
import { IMPORTS } from './variations/imports.js'
import { LISTS } from './variations/lists.js'
import { TRACKERS } from './variations/tracker.js'
import { UPLOADS } from './variations/uploads.js'
import { VALUES } from './variations/values.js'
import { ALL, type Expected, PASSWORD, USERS, type Variation } from './variations/variation.js'

const GROUPS: Readonly<Record<string, readonly Variation[]>> = {
  uploads: UPLOADS,
  files: FILES,
  lists: LISTS,
  documents: DOCUMENTS,
  imports: IMPORTS,
  access: ACCESS,
  values: VALUES,
  tracker: TRACKERS,
  carriers: CARRIERS,
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'dhis2-variations-'))
  const fixtures = { ...(await loadFixtures()), 'portrait.png': png(50, 100), 'square.png': png(60, 60) }
  await Promise.all(Object.entries(fixtures).map(([name, bytes]) => writeFile(path.join(folder, name), bytes)))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A picture of one colour. */
function png(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length)
    frame.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  const rows = Buffer.alloc(height * (1 + width * 3), 0)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Plays a story against a fresh emulator; what differs from it, a line each. */
async function tell({ story, settings = {} }: Variation, version: Dhis2Version): Promise<string[]> {
  const emulator = createEmulator({ version, users: USERS, settings })
  try {
    const { url } = await emulator.serve()
    const player = new Player({ base: url, fixtures: folder })
    // uids that the server has from the start are told by name too
    const known = ['M5zQapPyTZI', ...USERS.map(({ id }) => id ?? '')]
    player.know([...story, { request: { method: 'GET', path: `/${known.join('/')}` } }])
    const differences: string[] = []
    for (const { expect: outcome, ...step } of story) {
      const now = await player.play(step)
      if (now === undefined) continue
      const expected = typeof outcome === 'function' ? outcome(version) : outcome
      const wrong =
        expected === undefined
          ? now.status === 0 || now.status >= 400
            ? [`status: answered ${now.status}`]
            : []
          : [...differencesFrom(expected, now), ...brokenRules(step.request.path, now, version)]
      if (wrong.length > 0)
        differences.push(
          `${step.request.method} ${step.request.path}`,
          ...wrong.map((line) => `    ${line}`),
          `    said: ${now.said}`,
        )
    }
    return differences
  } finally {
    await emulator.close()
  }
}

/** WIRE.md 8.2 and 8.5: what holds for JSON on every route. */
function brokenRules(route: string, { status, headers, json }: Played, version: Dhis2Version): string[] {
  if (json === undefined) return []
  const { message, response, errorCode, validationReport } = json as {
    message?: string
    response?: { errorReports?: Json; typeReports?: Json; fileResource?: Json }
    errorCode?: string
    validationReport?: Json
  }
  const signIn = status === 401 && message === 'Unauthorized'
  // reports, and what answers before DHIS2's own advice does
  const named =
    status < 400 ||
    version === '2.41' ||
    response?.errorReports !== undefined ||
    response?.typeReports !== undefined ||
    validationReport !== undefined ||
    signIn ||
    headers['www-authenticate'] !== undefined
  // built in the controller
  const bare =
    signIn ||
    validationReport !== undefined ||
    response?.fileResource !== undefined ||
    (status === 404 &&
      /^\/api\/documents\/\w+\/data|^\/api\/audits|\/attachments\/\w+$/.test(route.replace(/[{}]/g, ''))) ||
    (/^\/api\/dataValues/.test(route) && errorCode === undefined && (version === '2.41' || version === '2.42'))
  const type = named ? 'application/json;charset=UTF-8' : 'application/json'
  const cache = bare ? undefined : 'no-cache, private'
  return [
    ...(headers['content-type'] === type
      ? []
      : [`header content-type: expected ${type}, got ${headers['content-type']}`]),
    ...(headers['x-content-type-options'] === 'nosniff' ? [] : ['header x-content-type-options is not nosniff']),
    ...(status < 400 || headers['cache-control'] === cache
      ? []
      : [`header cache-control: expected ${cache ?? '(none)'}, got ${headers['cache-control'] ?? '(none)'}`]),
  ]
}

function differencesFrom(expected: Expected, now: Played): string[] {
  const wrong: string[] = []
  const same = (what: string, was: unknown, is: unknown) => {
    if (!fits(was, is)) wrong.push(`${what}: expected ${shown(was)}, got ${shown(is)}`)
  }
  same('status', expected.status, now.status)
  for (const [name, value] of Object.entries(expected.headers ?? {}))
    same(`header ${name}`, value ?? undefined, now.headers[name])
  const json = now.json as { [member: string]: Json } | undefined
  if (expected.json !== undefined) compareMembers('json', expected.json, json, same)
  if (expected.onlyMembers !== undefined)
    same('members', [...expected.onlyMembers].sort(), Object.keys(json ?? {}).sort())
  if (expected.message !== undefined) same('message', expected.message, json?.message)
  if (expected.errorCode !== undefined) same('errorCode', expected.errorCode ?? undefined, json?.errorCode)
  if (expected.reports !== undefined)
    same(
      'reports',
      expected.reports,
      reportsIn(json).map((report) => report.errorCode),
    )
  if (expected.texts !== undefined)
    same(
      'texts',
      expected.texts,
      reportsIn(json).map((report) => report.message),
    )
  if (expected.text !== undefined) same('text', expected.text, now.text)
  if (expected.htmlTitle !== undefined) same('htmlTitle', expected.htmlTitle, now.htmlTitle)
  if (expected.empty !== undefined) same('empty', true, now.empty)
  if (expected.image !== undefined) same('image', expected.image, now.image)
  if (expected.rows !== undefined) {
    const names = rowsOf(json)
    same(
      'rows',
      expected.unordered ? [...expected.rows].sort() : expected.rows,
      expected.unordered ? names.sort() : names,
    )
  }
  return wrong
}

type Same = (what: string, was: unknown, is: unknown) => void

/** The members that are named, deep; `undefined` must be absent. */
function compareMembers(at: string, was: unknown, is: unknown, same: Same): void {
  const object = (value: unknown) => value !== null && typeof value === 'object' && !(value instanceof RegExp)
  if (!object(was) || !object(is) || (Array.isArray(was) && was.length !== (is as unknown[]).length))
    return same(at, was, is)
  if (!Array.isArray(was) && Object.keys(was as object).length === 0) return same(at, was, is)
  for (const [key, value] of Object.entries(was as object))
    compareMembers(`${at}.${key}`, value, (is as Record<string, unknown>)[key], same)
}

function fits(was: unknown, is: unknown): boolean {
  if (was instanceof RegExp) return typeof is === 'string' && was.test(is)
  if (Array.isArray(was) && was.some((item) => item instanceof RegExp))
    return Array.isArray(is) && is.length === was.length && was.every((item, i) => fits(item, is[i]))
  return JSON.stringify(sorted(was)) === JSON.stringify(sorted(is))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  )
}

function shown(value: unknown): string {
  return value instanceof RegExp ? String(value) : (JSON.stringify(value) ?? '(none)')
}

function reportsIn(json: Json | undefined): { errorCode?: Json; message?: Json }[] {
  if (json === null || typeof json !== 'object') return []
  if (Array.isArray(json)) return json.flatMap(reportsIn)
  return Object.entries(json).flatMap(([key, value]) =>
    key === 'errorReports' ? (value as { errorCode?: Json; message?: Json }[]) : reportsIn(value),
  )
}

function rowsOf(json: { [member: string]: Json } | undefined): string[] {
  const rows = Object.entries(json ?? {}).find(([key, value]) => key !== 'pager' && Array.isArray(value))?.[1] as
    | { name?: string; displayName?: string; id?: string }[]
    | undefined
  return rows?.map((row) => row.name ?? row.displayName ?? row.id ?? '?') ?? ['(no rows)']
}

const all = Object.values(GROUPS).flat()

it.each(all)('$title: cites the dossier and a requirement', ({ title, rule, wire, story }) => {
  expect(
    all.filter((other) => other.title === title && other.wire === wire && other.versions === undefined).length,
  ).toBeLessThan(2)
  expect(WIRE_SECTIONS[wire]).toBeDefined()
  expect((REQUIREMENTS as Record<string, Requirement>)[rule]).toBeDefined()
  expect(story.some((scene) => scene.expect !== undefined)).toBe(true)
})

for (const [group, variations] of Object.entries(GROUPS))
  for (const version of ALL)
    describe(`${group} at ${version}`, () => {
      for (const variation of variations.filter(({ versions = ALL }) => versions.includes(version)))
        it.concurrent(variation.title, { timeout: 60_000 }, async () => {
          const differences = await tell(variation, version)
          if (differences.length > 0) expect.fail(['', ...differences].join('\n'))
        })
    })

describe('the judge of the variations', () => {
  const now: Played = {
    status: 409,
    headers: { etag: 'x' },
    json: {
      message: 'no',
      list: [{ a: 1, b: 2 }],
      empty: {},
      response: { errorReports: [{ errorCode: 'E1', message: 'm' }] },
    },
    said: '',
  }

  it('sees what differs', () => {
    expect(differencesFrom({ status: 409, json: { list: [{ a: 1 }] }, reports: ['E1'], message: /^n/ }, now)).toEqual(
      [],
    )
    const wrong: Expected[] = [
      { status: 200 },
      { status: 409, json: { list: [{ a: 2 }] } },
      { status: 409, json: { list: [] } },
      { status: 409, json: { message: undefined } },
      { status: 409, json: { empty: undefined } },
      { status: 409, reports: [] },
      { status: 409, texts: ['other'] },
      { status: 409, onlyMembers: ['message'] },
      { status: 409, headers: { etag: null } },
      { status: 409, errorCode: 'E1004' },
      { status: 409, message: 'yes' },
      { status: 409, rows: [] },
      { status: 409, text: '' },
      { status: 409, empty: true },
    ]
    for (const expected of wrong) expect(differencesFrom(expected, now), shown(expected)).toHaveLength(1)
  })

  it('knows the headers of every error', () => {
    const error = (status: number, headers: Record<string, string>, json: Json): Played => ({
      status,
      headers: { 'x-content-type-options': 'nosniff', ...headers },
      json,
      said: '',
    })
    const plain = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' }
    const named = { ...plain, 'content-type': 'application/json;charset=UTF-8' }
    const report = { response: { errorReports: [] } }
    expect(brokenRules('/api/documents/x', error(404, plain, {}), '2.43')).toEqual([])
    expect(brokenRules('/api/documents', error(409, named, report), '2.43')).toEqual([])
    expect(brokenRules('/api/documents', error(409, plain, report), '2.43')).toHaveLength(1)
    expect(brokenRules('/api/documents/x', error(404, plain, {}), '2.41')).toHaveLength(1)
    expect(brokenRules('/api/documents/x/data', error(404, plain, {}), '2.44')).toHaveLength(1)
    expect(brokenRules('/api/me', error(401, named, { message: 'Unauthorized' }), '2.42')).toHaveLength(1)
    expect(brokenRules('/api/me', { ...error(200, named, {}), headers: named }, '2.42')).toHaveLength(1)
  })
})

describe.each(ALL)('by headers of a browser at %s', (version) => {
  async function serving<T>(
    settings: Parameters<typeof createEmulator>[0],
    use: (url: string) => Promise<T>,
  ): Promise<T> {
    const emulator = createEmulator({ version, users: USERS, ...settings })
    try {
      return await use((await emulator.serve()).url)
    } finally {
      await emulator.close()
    }
  }
  const basic = `Basic ${Buffer.from(`keeper:${PASSWORD}`).toString('base64')}`

  // WIRE.md 8.1: off by default, unknown to 2.41; the cookie is echoed in a header on unsafe methods
  it('asks for the CSRF token of its cookie where that is on', async () => {
    await serving({ settings: { csrf: true } }, async (url) => {
      const json = { 'Content-Type': 'application/json', 'X-Requested-With': 'XMLHttpRequest' }
      const body = JSON.stringify({ name: 'L', url: 'https://example.org', external: true })
      const post = (headers: Record<string, string>) =>
        fetch(`${url}/api/documents`, { method: 'POST', headers: { ...json, ...headers }, body })
      const signIn = await fetch(`${url}/api/me`, { headers: { Authorization: basic } })
      const cookies = signIn.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '')
      const token = cookies.find((cookie) => cookie.startsWith('XSRF-TOKEN='))?.slice('XSRF-TOKEN='.length)
      const Cookie = cookies.join('; ')
      if (version === '2.41') {
        expect(token).toBeUndefined()
        return expect((await post({ Authorization: basic })).status).toBe(201)
      }
      expect(token).toBeDefined()
      expect((await post({ Authorization: basic })).status).toBe(403)
      expect((await post({ Cookie })).status).toBe(403)
      expect((await post({ Cookie, 'X-XSRF-TOKEN': 'another' })).status).toBe(403)
      expect((await post({ Cookie, 'X-XSRF-TOKEN': token ?? '' })).status).toBe(201)
      expect((await fetch(`${url}/api/documents`, { headers: { Cookie } })).status).toBe(200)
    })
  })

  it('asks for none where it is off', async () => {
    await serving({}, async (url) => {
      const signIn = await fetch(`${url}/api/me`, { headers: { Authorization: basic } })
      expect(signIn.headers.getSetCookie().join()).not.toContain('XSRF-TOKEN')
    })
  })

  // WIRE.md 8.1: allowed origins, credentials, preflight 204 with max-age 3600, exposed headers
  it('lets allowed origins in, and no others', async () => {
    await serving({ settings: { corsAllowList: ['https://app.example.org'] } }, async (url) => {
      const from = (Origin: string, more: RequestInit = {}) =>
        fetch(`${url}/api/documents`, {
          ...more,
          headers: { Origin, Authorization: basic, ...(more.headers as Record<string, string>) },
        })
      const allowed = await from('https://app.example.org')
      expect(allowed.status).toBe(200)
      expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example.org')
      expect(allowed.headers.get('access-control-allow-credentials')).toBe('true')
      expect(allowed.headers.get('access-control-expose-headers')).toBe('ETag, Location')
      expect((await from('https://evil.example.org')).headers.get('access-control-allow-origin')).toBeNull()

      const preflight = await fetch(`${url}/api/documents`, {
        method: 'OPTIONS',
        headers: {
          Origin: 'https://app.example.org',
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'content-type',
        },
      })
      expect(preflight.status).toBe(204)
      expect(preflight.headers.get('access-control-max-age')).toBe('3600')
      expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example.org')
    })
  })

  // WIRE.md 8.3
  it('has nothing beside its context path', async () => {
    await serving({ settings: { contextPath: '/dhis' } }, async (url) => {
      const outside = `${new URL(url).origin}/api/documents`
      expect((await fetch(outside, { headers: { Authorization: basic } })).status).toBe(404)
      expect((await fetch(`${url}/api/documents`, { headers: { Authorization: basic } })).status).toBe(200)
    })
  })

  // WIRE.md 1.11, 7.2: the key keeps the domain of the upload, the owner is a document
  it('tells the document that owns a storage key', async () => {
    const emulator = createEmulator({ version, users: USERS })
    try {
      const { url } = await emulator.serve()
      const headers = { Authorization: basic }
      const form = new FormData()
      form.append('file', new Blob(['words'], { type: 'text/plain' }), 'a.txt')
      const uploaded = (await (
        await fetch(`${url}/api/fileResources?uid=OwnedFile01`, { method: 'POST', headers, body: form })
      ).json()) as object
      expect(uploaded).toMatchObject({ response: { fileResource: { id: 'OwnedFile01' } } })
      await fetch(`${url}/api/documents`, {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/json' },
        body: JSON.stringify({ id: 'OwningDoc01', name: 'Owner', url: 'OwnedFile01' }),
      })
      const key = String(emulator.state.fileResources.get('OwnedFile01')?.storageKey)
      expect(key).toMatch(/^dataValue\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
      const owners = await (await fetch(`${url}/api/fileResources/owners?storageKey=${key}`, { headers })).json()
      expect(owners).toEqual([{ domain: 'DOCUMENT', id: 'OwningDoc01' }])
    } finally {
      await emulator.close()
    }
  })
})
