/**
 * What the client promises, checked by web APIs alone, so that every runtime runs the same code.
 *
 * The world: `url`, an emulator behind a gate that lets bytes through as it is told; `closed`, where nobody listens;
 * `linked`, a page behind a link; `control`, which steers emulator and gate; `runtime`, the facts of the runtime.
 */
import { Dhis2Client, isDhis2Error } from '@dhis2-files/client'

const MB = 1_000_000
const BIG = 40 * MB
const ARABIC = 'تقرير الملاريا – آذار ٢٠٢٦.pdf'

/**
 * @typedef {{
 *   url: string, closed: string, linked: string, control: string, token: string,
 *   runtime: { name: string, entry: 'node' | 'index', progress: 'wire' | 'read' | 'end' },
 * }} World
 */

/** Name and test. A test gets the world and a client of it, on a fresh DHIS2. */
export const CASES = {
  async 'gets the entry that is meant for it'({ world }) {
    const resolved = globalThis.document ? undefined : import.meta.resolve('@dhis2-files/client')
    if (resolved !== undefined) equal(resolved.replace(/.*\//, ''), `${world.runtime.entry}.js`)
  },

  async 'uploads a Blob of 5 MB, and downloads it with its MD5 checked'({ client, control }) {
    const bytes = noise(5 * MB)
    const seen = []
    const { uid } = await client.files.uploadDocument(new Blob([bytes], { type: 'application/pdf' }), {
      name: 'Malaria report',
      filename: 'report.pdf',
      onProgress: ({ loaded, total }) => seen.push([loaded, total]),
    })
    equal(seen.at(-1), [5 * MB, 5 * MB])
    ok(
      seen.every(([loaded], i) => i === 0 || loaded >= seen[i - 1][0]),
      'progress never goes back',
    )
    const file = await client.files.downloadDocument(uid)
    equal([file.kind, file.name, file.type, file.size], ['file', 'report.pdf', 'application/pdf', 5 * MB])
    ok(/^[0-9a-f]{32}$/.test(file.md5), 'the server knows an MD5')
    const read = []
    same(await file.bytes({ onProgress: ({ loaded }) => read.push(loaded) }), bytes)
    equal(read.at(-1), 5 * MB)
    const blob = await file.blob()
    equal([blob.type, blob.size], ['application/pdf', 5 * MB])
    equal(
      (await control('files')).map(({ name, contentLength }) => [name, contentLength]),
      [['report.pdf', 5 * MB]],
    )
  },

  async 'uploads a stream, chunk by chunk, and downloads as a stream'({ client }) {
    const bytes = noise(3 * MB)
    let at = 0
    const stream = new ReadableStream({
      pull(controller) {
        if (at >= bytes.byteLength) return controller.close()
        controller.enqueue(bytes.slice(at, at + 100_000))
        at += 100_000
      },
    })
    const { id } = await client.files.uploadFileResource(stream, { filename: 'scan.dat', domain: 'DOCUMENT' })
    const file = await client.files.downloadFileResource(id)
    same(new Uint8Array(await new Response(await file.stream()).arrayBuffer()), bytes)
  },

  async 'uploads the body of a Response, a view and an empty file'({ client }) {
    const bytes = noise(70_000)
    for (const data of [new Response(bytes), bytes.subarray(5, 500), new Blob([])]) {
      const size = data instanceof Response ? 70_000 : (data.byteLength ?? data.size)
      const options = { filename: 'part.dat', domain: 'DOCUMENT' }
      if (size === 0) {
        const error = await fails(client.files.uploadFileResource(data, options))
        equal(error.code, 'rejected-file')
      } else equal((await client.files.uploadFileResource(data, options)).contentLength, size)
    }
  },

  async 'notices a byte that changed on the way down'({ client, control }) {
    const { uid } = await client.files.uploadDocument(new Blob([noise(200_000)]), { name: 'X-ray', filename: 'x.dat' })
    await control('inject', { kind: 'corrupt', atByte: 150_000, route: 'GET /api/documents/*/data' })
    const file = await client.files.downloadDocument(uid, { retry: false })
    equal((await fails(file.bytes())).code, 'integrity')
  },

  async 'sends again what a lost connection broke, and it is there once'({ client, control }) {
    const bytes = noise(2 * MB)
    await control('inject', { kind: 'lost-answer', route: 'POST /api/fileResources', count: 1 })
    await control('inject', { kind: 'truncate', afterBytes: 300_000, route: 'GET /api/documents/*/data', count: 1 })
    const { uid } = await client.files.uploadDocument(new Blob([bytes]), { name: 'Once', filename: 'once.dat' })
    const file = await client.files.downloadDocument(uid)
    same(await file.bytes(), bytes)
    equal((await control('files')).length, 1)
  },

  async 'tells how far an upload is'({ client, control, world }) {
    const steps = []
    const gated = world.runtime.progress === 'wire'
    const step = 8 * MB
    if (gated) await control('gate', { up: step })
    let asked = Promise.resolve()
    const { contentLength } = await client.files.uploadFileResource(new Blob([noise(BIG)]), {
      filename: 'film.dat',
      domain: 'DOCUMENT',
      // each step that was seen lets the next bytes through: were the events late, it would hang here
      onProgress({ loaded }) {
        if (loaded <= (steps.at(-1) ?? 0)) return
        steps.push(loaded)
        if (gated) asked = asked.then(() => control('gate', { more: step }))
      },
    })
    await asked
    equal(contentLength, BIG)
    equal(steps.at(-1), BIG)
    const before = steps.filter((loaded) => loaded < BIG).length
    if (world.runtime.progress !== 'end') ok(before >= 3, `several steps before the end, not ${before}`)
  },

  async 'ends an upload by its signal: the reason comes back, the server has nothing'({ client, control }) {
    const controller = new AbortController()
    const reason = new Error('The user left the page.')
    await control('gate', { up: 1 * MB })
    const uploading = client.files.uploadFileResource(new Blob([noise(BIG)]), {
      uid: 'abortedUp01',
      filename: 'film.dat',
      domain: 'DOCUMENT',
      signal: controller.signal,
    })
    const failure = fails(uploading)
    await control('passed', { up: 1 * MB })
    controller.abort(reason)
    ok((await failure) === reason, 'it rejects with the reason itself')
    for (const came of await control('cut')) ok(came < BIG / 2, 'the rest of the bytes stayed at home')
    equal(await control('files'), [])
    equal((await client.files.uploadFileResource(noise(1000), { filename: 'next.dat' })).contentLength, 1000)
  },

  async 'ends a download by its signal, between two chunks and in bytes()'({ client, control }) {
    const { uid } = await client.files.uploadDocument(new Blob([noise(5 * MB)]), { name: 'Film', filename: 'film.dat' })
    await control('inject', {
      kind: 'stall',
      direction: 'down',
      afterBytes: 400_000,
      route: 'GET /api/documents/*/data',
    })
    for (const read of ['stream', 'bytes']) {
      const controller = new AbortController()
      const reason = new DOMException(`${read}: no longer wanted`, 'AbortError')
      const file = await client.files.downloadDocument(uid, { signal: controller.signal })
      const started = new Promise((resolve) => {
        const onProgress = ({ loaded }) => loaded > 0 && resolve(undefined)
        file[`${read}Of`] = read === 'bytes' ? file.bytes({ onProgress }) : readAll(file.stream({ onProgress }))
      })
      const failure = fails(file[`${read}Of`])
      await started
      controller.abort(reason)
      ok((await failure) === reason, `${read} rejects with the reason itself`)
    }
    const late = AbortSignal.abort(new Error('Too late.'))
    ok((await fails(client.files.getDocument(uid, { signal: late }))) === late.reason, 'nothing begins after an abort')
  },

  async 'gives up by its clocks'({ client, control }) {
    await control('inject', { kind: 'stall', direction: 'down', route: 'GET /api/documents/*' })
    const timed = await fails(client.files.getDocument('aaaaaaaaaaa', { retry: false, timeouts: { total: 300 } }))
    equal([timed.code, timed.clock], ['timeout', 'total'])
  },

  async 'says what is wrong: password, uid, size, name'({ client }) {
    const stranger = client.with({ auth: { username: 'admin', password: 'wrong' } })
    const refused = await fails(stranger.files.uploadFileResource(noise(10), { filename: 'a.dat' }))
    equal([refused.code, refused.retryable], ['unauthenticated', false])
    ok(!refused.message.includes('wrong'), 'the password is not in the message')
    const missing = await fails(client.files.getDocument('aaaaaaaaaaa'))
    equal([missing.code, missing.status], ['not-found', 404])
    const big = { filename: 'big.dat', maxFileUploadSize: 100 }
    equal((await fails(client.files.uploadFileResource(noise(101), big))).code, 'rejected-file')
    equal((await fails(client.files.uploadFileResource(noise(10), { filename: 'virus.exe' }))).code, 'rejected-file')
  },

  async 'says what is wrong: no server, a broken connection'({ client, control, world }) {
    const nowhere = client.with({ baseUrl: world.closed, version: '2.43', retry: false })
    for (const error of [
      await fails(nowhere.files.getDocument('aaaaaaaaaaa')),
      await fails(nowhere.files.uploadFileResource(noise(10), { filename: 'a.dat' })),
    ]) {
      ok(isDhis2Error(error), `a Dhis2Error, not ${error}`)
      equal([error.code, error.retryable], ['network', true])
    }
    await control('inject', { kind: 'drop', direction: 'up', afterBytes: 500_000, route: 'POST /api/fileResources' })
    const upload = { filename: 'a.dat', domain: 'DOCUMENT', retry: false }
    const dropped = await fails(client.files.uploadFileResource(noise(5 * MB), upload))
    equal([dropped.code, dropped.retryable], ['network', true])
  },

  async 'follows no redirect, of a download or of an upload'({ client, control }) {
    const headers = { location: '/api/me', 'access-control-allow-origin': '*' }
    const elsewhere = { kind: 'status', status: 302, headers }
    await control('inject', { ...elsewhere, route: 'GET /api/documents/*' })
    await control('inject', { ...elsewhere, route: 'POST /api/fileResources' })
    await client.system.info()
    const read = await fails(client.files.getDocument('aaaaaaaaaaa', { retry: false }))
    ok(isDhis2Error(read), `a Dhis2Error, not ${read}`)
    ok(['protocol', 'unauthenticated'].includes(read.code), `${read.code}: ${read.message}`)
    const sent = await fails(
      client.files.uploadFileResource(noise(1000), { filename: 'a.dat', domain: 'DOCUMENT', retry: false }),
    )
    ok(isDhis2Error(sent), `a Dhis2Error, not ${sent}`)
    ok(['protocol', 'unauthenticated', 'network'].includes(sent.code), `${sent.code}: ${sent.message}`)
    equal(await control('files'), [])
  },

  async 'makes a link, and follows it without credentials'({ client, control, world }) {
    const made = await client.files.createExternalDocument({ name: 'Guideline', url: 'https://who.int/malaria.pdf' })
    const link = await client.files.downloadDocument(made.id)
    equal([link.kind, link.url, link.name], ['external', 'https://who.int/malaria.pdf', 'Guideline'])
    await control('link', { uid: made.id, url: world.linked })
    const found = await client.files.downloadDocument(made.id)
    equal(new TextDecoder().decode(await found.follow().bytes()), 'no credentials came')
  },

  async 'lists in pages and in one go'({ client }) {
    const names = Array.from({ length: 7 }, (_, i) => `Report ${i + 1}`)
    for (const name of names) await client.files.createExternalDocument({ name, url: 'https://who.int/' })
    const page = await client.files.listDocuments({ order: 'name:asc', pageSize: 3 })
    equal(
      page.items.map(({ name }) => name),
      names.slice(0, 3),
    )
    const all = []
    for await (const { name } of client.files.listDocuments({ order: 'name:asc', pageSize: 3 })) all.push(name)
    equal(all, names)
  },

  async 'keeps a name in Arabic'({ client, control }) {
    const { uid } = await client.files.uploadDocument(new Blob([noise(100)]), { name: 'تقرير', filename: ARABIC })
    const file = await client.files.downloadDocument(uid)
    equal([file.name, (await control('files'))[0].name], [ARABIC, ARABIC])
    equal((await client.files.getDocument(uid)).name, 'تقرير')
  },

  async 'signs in by token, and sends no header that a server would not allow'({ client, control, world }) {
    const { token } = await control('token')
    const byToken = client.with({ auth: { token } })
    const sent = await byToken.files.uploadFileResource(noise(1000), { filename: 'a.dat', domain: 'DOCUMENT' })
    equal(sent.contentLength, 1000)
    const log = await control('log')
    ok(
      log.some(({ scheme, method }) => scheme === 'token' && method === 'POST'),
      'the upload came with the token',
    )
    if (world.runtime.entry === 'index') equal(log.filter(({ headers }) => 'cookie' in headers).length, 0)
  },

  async 'has files on disk where it says so'({ client, world }) {
    const { fileSource } = await import('@dhis2-files/client')
    if (world.runtime.entry === 'node') {
      const source = await fileSource(world.file)
      const { uid } = await client.files.uploadDocument(source, { name: 'From disk' })
      const file = await client.files.downloadDocument(uid)
      equal((await file.saveTo(world.target)).size, source.size)
      return
    }
    equal((await fails(fileSource('report.pdf'))).code, 'unsupported')
    const { uid } = await client.files.uploadDocument(new Blob([noise(10)]), { name: 'A', filename: 'a.dat' })
    const file = await client.files.downloadDocument(uid)
    equal((await fails(file.saveTo('copy.dat'))).code, 'unsupported')
  },
}

/**
 * Runs all of it, one after the other.
 * @param {World} world
 * @param {(line: string) => void} report
 * @param {Record<string, (tools: any) => Promise<void>>} [cases]
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runSuite(world, report, cases = CASES) {
  const control = controlOf(world.control)
  let passed = 0
  let failed = 0
  for (const [name, test] of Object.entries(cases)) {
    const auth = { username: 'admin', password: 'district' }
    const client = new Dhis2Client({ baseUrl: world.url, auth, maxFileUploadSize: 2 * BIG })
    try {
      await control('reset')
      await within(60_000, test({ client, control, world }))
      passed++
      report(`ok ${world.runtime.name}: ${name}`)
    } catch (error) {
      failed++
      report(`FAILED ${world.runtime.name}: ${name}\n  ${error?.stack ?? error}`)
    } finally {
      await client.close()
    }
  }
  return { passed, failed }
}

/** Steers what the tests run against: the same over HTTP from everywhere. */
export function controlOf(url) {
  return async (what, how = {}) => {
    const response = await fetch(`${url}/${what}`, { method: 'POST', body: JSON.stringify(how), credentials: 'omit' })
    const answer = await response.json()
    if (!response.ok) throw new Error(`control ${what}: ${answer.message}`)
    return answer
  }
}

export function ok(condition, what) {
  if (!condition) throw new Error(`not so: ${what}`)
}

export function equal(actual, expected) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a !== b) throw new Error(`expected ${b}, got ${a}`)
}

/** What a promise rejects with. */
export async function fails(promise) {
  let value
  try {
    value = await promise
  } catch (error) {
    return error
  }
  throw new Error(`expected a failure, got ${JSON.stringify(value)}`)
}

export function noise(size) {
  const bytes = new Uint8Array(size)
  let state = 0x9e3779b9 ^ size
  for (let i = 0; i < size; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[i] = state
  }
  return bytes
}

function same(actual, expected) {
  equal(actual.byteLength, expected.byteLength)
  const at = actual.findIndex((byte, i) => byte !== expected[i])
  ok(at === -1, `the same bytes; byte ${at} differs`)
}

async function readAll(opening) {
  const reader = (await opening).getReader()
  while (!(await reader.read()).done);
}

function within(ms, work) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${ms / 1000} s`)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
