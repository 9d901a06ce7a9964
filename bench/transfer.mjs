#!/usr/bin/env node
// Uploads and downloads, side by side with what one would use instead. Every line compares the same requests in the same run:
// ratio = the peer's time / ours, so above 1 we are faster. On an emulator of its own, or on DHIS2_URL within its size cap.
// usage: node bench/transfer.mjs [--size MiB] [--files N] [--rounds N] [--only large|small|static]
import { execFile, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { createUid, Dhis2Client, fileSource } from '@dhis2-files/client'
import { Agent, request } from 'undici'
import { coldStart, commandStart, packageSizes } from './static.mjs'

const run = promisify(execFile)
const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '1024' },
    files: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
  },
})
const MiB = 1_048_576
const SIZE = Number(values.size) * MiB
const FILES = Number(values.files)
const ROUNDS = Number(values.rounds)
const CONNECTIONS = 32
/** The contender that works in this process too. */
const UNDICI = 'hand-written undici'
const PYTHON = process.env.DHIS2W_PYTHON ?? 'python3'
const noPython = whyNoPython()
const SMALL = 10_000

const folder = await mkdtemp(path.join(tmpdir(), 'd2f-bench-'))
const server = process.env.DHIS2_URL ? undefined : await startEmulator()
const base = process.env.DHIS2_URL?.replace(/\/$/, '') ?? server.url
const username = process.env.DHIS2_USERNAME ?? 'admin'
const password = process.env.DHIS2_PASSWORD ?? 'district'
const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
const client = new Dhis2Client({
  baseUrl: base,
  auth: { username, password },
  connections: CONNECTIONS,
  maxFileUploadSize: Math.max(SIZE, SMALL) + 1,
})

try {
  await client.system.version()
  console.log(`${base}, Node ${process.version}, best of ${ROUNDS}`)
  if (values.only === undefined || values.only === 'static') {
    await coldStart(ROUNDS)
    commandStart()
    packageSizes()
  }
  if (values.only === undefined || values.only === 'large') await large()
  if (values.only === undefined || values.only === 'small') await small()
  if (noPython) console.log(`\ndhis2w-client: left out, ${noPython}`)
} finally {
  await client.close()
  server?.child.kill()
  await rm(folder, { recursive: true })
}

async function large() {
  const file = path.join(folder, 'large.dat')
  await writeLarge(file, SIZE)
  const uid = createUid()
  const url = (id) => `${base}/api/fileResources?domain=DOCUMENT&uid=${id}`
  const label = `${values.size} MiB`
  await compare(`upload ${label}`, {
    ours: async () =>
      client.files.uploadFileResource(await fileSource(file), {
        domain: 'DOCUMENT',
        until: 'accepted',
        uid: createUid(),
      }),
    curl: () => curl(['-F', `file=@${file};type=application/octet-stream`, url(createUid())]),
  })
  await client.files.uploadFileResource(await fileSource(file), { domain: 'DOCUMENT', uid })
  const target = path.join(folder, 'copy.dat')
  await compare(`download ${label} to a file`, {
    ours: async () => (await client.files.downloadFileResource(uid)).saveTo(target, { overwrite: true }),
    curl: () => curl(['-o', target, `${base}/api/fileResources/${uid}/data`]),
    'curl, then md5sum and sync': async () => {
      await curl(['-o', target, `${base}/api/fileResources/${uid}/data`])
      await run('sh', ['-c', `md5sum '${target}' && sync '${target}'`])
    },
  })
}

async function small() {
  const bytes = new Uint8Array(SMALL).map((_, i) => (i * 7) % 251)
  const file = path.join(folder, 'small.dat')
  await writeFile(file, bytes)
  let uids = []
  const label = `${FILES} documents of ${SMALL / 1000} kB`
  await compare(`upload ${label}`, {
    ours: async () => {
      uids = Array.from({ length: FILES }, () => createUid())
      await pool(uids, (uid) =>
        client.files.uploadDocument(new Blob([bytes]), { uid, name: uid, filename: 'small.dat', until: 'accepted' }),
      )
    },
    [UNDICI]: () =>
      byUndici(async (send) => {
        await pool(
          Array.from({ length: FILES }, () => createUid()),
          async (uid) => {
            const type = 'multipart/form-data; boundary=b'
            const head =
              '--b\r\nContent-Disposition: form-data; name="file"; filename="small.dat"\r\nContent-Type: application/octet-stream\r\n\r\n'
            const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--b--\r\n')])
            const file = createUid()
            await send('POST', `/api/fileResources?domain=DOCUMENT&uid=${file}`, type, body)
            const json = JSON.stringify({ id: uid, name: uid, url: file, external: false })
            await send('POST', '/api/documents', 'application/json', json)
          },
        )
      }),
    'curl --parallel': async () => {
      const pairs = Array.from({ length: FILES }, () => [createUid(), createUid()])
      await curlParallel(
        pairs.map(([uid]) => [
          `url = "${base}/api/fileResources?domain=DOCUMENT&uid=${uid}"`,
          `form = "file=@${file};type=application/octet-stream"`,
        ]),
      )
      await curlParallel(
        pairs.map(([url, uid]) => [
          `url = "${base}/api/documents"`,
          'header = "Content-Type: application/json"',
          `data = "${JSON.stringify({ id: uid, name: uid, url, external: false }).replaceAll('"', '\\"')}"`,
        ]),
      )
    },
    ...byPython(() => ({ upload: Array.from({ length: FILES }, () => Buffer.from(bytes).toString('base64')) })),
  })
  const files = new Map(
    (await client.files.listDocuments({ filter: `id:in:[${uids.slice(0, 50).join(',')}]` })).items.map((d) => [
      d.id,
      d.url,
    ]),
  )
  const wanted = Array.from({ length: FILES }, (_, i) => [...files.keys()][i % files.size])
  await compare(`download ${label}, MD5 compared`, {
    ours: () => pool(wanted, async (uid) => (await client.files.downloadDocument(uid)).bytes()),
    [UNDICI]: () =>
      byUndici((send) =>
        pool(wanted, async (uid) => {
          const document = JSON.parse(await send('GET', `/api/documents/${uid}?fields=*`))
          const resource = JSON.parse(await send('GET', `/api/fileResources/${document.url}`))
          const data = await send('GET', `/api/documents/${uid}/data`)
          if (createHash('md5').update(data).digest('hex') !== resource.contentMd5) throw new Error('MD5')
        }),
      ),
    'curl --parallel, bytes alone': () =>
      curlParallel(wanted.map((uid) => [`url = "${base}/api/documents/${uid}/data"`])),
    ...byPython(() => ({ download: wanted })),
  })
}

/** What dhis2w-client does, in seconds as it measures them; nothing where it cannot be had. */
function byPython(job) {
  if (noPython) return {}
  const work = async () => {
    const child = run(PYTHON, [new URL('dhis2w.py', import.meta.url).pathname], { maxBuffer: 1e9 })
    child.child.stdin.end(JSON.stringify({ url: base, username, password, connections: CONNECTIONS, ...job() }))
    return Number((await child).stdout)
  }
  return { 'dhis2w-client (Python)': work }
}

/** Why the peer from Python is left out, if it is. */
function whyNoPython() {
  const program =
    'import sys, importlib.util as u; print(sys.version_info >= (3, 13), u.find_spec("dhis2w_client") is not None)'
  const { stdout } = spawnSync(PYTHON, ['-c', program], { encoding: 'utf8' })
  if (!stdout?.startsWith('True')) return `it needs Python 3.13 or newer as ${PYTHON} (DHIS2W_PYTHON names another)`
  return stdout.includes('True True') ? undefined : `${PYTHON} has no module dhis2w_client`
}

/**
 * Runs every contender in turn, round after round, and prints the best time of each, and the least processor time of this process,
 * which other work on the machine hardly changes. A number that a contender gives is its time.
 */
async function compare(title, contenders) {
  const best = new Map()
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, work] of Object.entries(contenders)) {
      const started = performance.now()
      const before = process.cpuUsage()
      const given = await work()
      const { user, system } = process.cpuUsage(before)
      const seconds = typeof given === 'number' ? given : (performance.now() - started) / 1000
      const least = best.get(name) ?? { seconds: Infinity, cpu: Infinity }
      best.set(name, {
        seconds: Math.min(least.seconds, seconds),
        cpu: Math.min(least.cpu, (user + system) / 1_000_000),
      })
    }
  }
  const ours = best.get('ours')
  console.log(`\n${title}: ${ours.seconds.toFixed(2)} s, of the processor ${ours.cpu.toFixed(2)} s`)
  for (const [name, { seconds, cpu }] of best) {
    if (name === 'ours') continue
    const processor =
      name === UNDICI ? `; of the processor ${cpu.toFixed(2)} s, ratio ${(cpu / ours.cpu).toFixed(2)}` : ''
    console.log(`  against ${name}: ${seconds.toFixed(2)} s, ratio ${(seconds / ours.seconds).toFixed(2)}${processor}`)
  }
}

async function pool(items, work) {
  const queue = [...items]
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
    }),
  )
}

/** What a careful person writes by hand: one pool, the session's cookie kept, every status looked at. */
async function byUndici(work) {
  const dispatcher = new Agent({ connections: CONNECTIONS })
  let cookie = ''
  const send = async (method, route, type, body) => {
    const headers = {
      authorization: basic,
      'x-requested-with': 'XMLHttpRequest',
      ...(cookie && { cookie }),
      ...(type && { 'content-type': type }),
    }
    const response = await request(base + route, { method, headers, body, dispatcher })
    const set = response.headers['set-cookie']
    if (set && !cookie)
      cookie = [set]
        .flat()
        .map((c) => c.split(';')[0])
        .join('; ')
    const answer = Buffer.from(await response.body.arrayBuffer())
    if (response.statusCode >= 300) throw new Error(`${method} ${route}: ${response.statusCode} ${answer}`)
    return answer
  }
  await send('GET', '/api/system/info')
  await work(send)
  await dispatcher.close()
}

function curl(args) {
  return run('curl', [
    '-sS',
    '--fail',
    '-u',
    `${username}:${password}`,
    ...(args.includes('-o') ? [] : ['-o', '/dev/null']),
    ...args,
  ])
}

/** One cookie for all transfers, as a careful user of curl has it. */
async function curlParallel(transfers) {
  const jar = path.join(folder, 'cookies')
  await curl(['-c', jar, '-o', '/dev/null', `${base}/api/system/info`])
  const config = transfers.map((lines) => [...lines, 'output = "/dev/null"'].join('\n')).join('\nnext\n')
  const file = path.join(folder, 'curl.conf')
  const each = `silent\nshow-error\nfail\nuser = "${username}:${password}"\ncookie = "${jar}"\n`
  await writeFile(
    file,
    config
      .split('\nnext\n')
      .map((one) => each + one)
      .join('\nnext\n'),
  )
  await run('curl', ['--parallel', '--parallel-max', String(CONNECTIONS), '--config', file], { maxBuffer: 1e9 })
}

async function writeLarge(file, size) {
  const handle = await open(file, 'w')
  const block = new Uint8Array(MiB).map((_, i) => (i * 31) % 253)
  for (let at = 0; at < size; at += MiB) await handle.write(block)
  await handle.close()
}

async function startEmulator() {
  const bin = new URL('../packages/emulator/dist/bin.js', import.meta.url).pathname
  await readFile(bin)
  const child = spawn(process.execPath, [
    bin,
    '--version',
    '2.43',
    '--port',
    '0',
    '--max-file-upload-size',
    '99999999999',
  ])
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      const found = /https?:\/\/\S+/.exec(String(chunk))
      if (found) resolve(found[0])
    })
    child.on('exit', () => reject(new Error('the emulator did not start')))
  })
  return { child, url }
}
