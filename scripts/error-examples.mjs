/** A failure of each code, as the client tells it: provoked on an emulator, so that docs/errors.md shows what is really said. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from './prepare.mjs'

const SERVER = 'https://dhis2.example.org'
const DOCUMENT = 'Report00001'
const FILE = 'ReportFile1'
const LINK = { uid: 'ReportLink1', name: 'Statistics', url: 'https://example.org/statistics' }
const pdf = new Blob(['%PDF-1.4 Malaria'], { type: 'application/pdf' })
const other = new Blob(['%PDF-1.4 Measles'], { type: 'application/pdf' })
const report = { filename: 'report.pdf', domain: 'DOCUMENT' }
const UPLOAD = 'POST /api/fileResources'

/** What is done for it, in words, and in code. The server has a document with its file, and a link. */
const PROVOKE = {
  unauthenticated: ['a wrong password', (w) => w.client({ auth: { username: 'admin', password: 'x' } }).system.me()],
  forbidden: [
    'a document is made without the authority for it',
    (w) => w.client({ auth: w.nurse }).files.createExternalDocument({ ...LINK, uid: 'OtherLink01' }),
  ],
  'not-found': ['a document that is not there', (w) => w.files.getDocument('a2345678901')],
  conflict: [
    'the file resource that is given is another file',
    (w) => w.files.uploadDocument(other, { ...report, name: 'Report', fileResource: FILE }),
  ],
  'already-exists': [
    'another file under a uid that is taken',
    (w) => w.files.uploadFileResource(other, { ...report, uid: FILE }),
  ],
  'not-yet-stored': [
    'the deadline passes before the file is stored',
    (w) => {
      w.emulator.inject({ kind: 'never-stored', route: UPLOAD })
      return w.files.uploadFileResource(pdf, { ...report, uid: 'ReportFile2', deadline: 0 })
    },
  ],
  'lost-content': [
    'the server lost the bytes an hour ago',
    async (w) => {
      w.emulator.inject({ kind: 'never-stored', route: UPLOAD })
      await w.files.uploadFileResource(pdf, { ...report, uid: 'ReportFile2', until: 'accepted' })
      w.pass(3_600_000)
      await w.files.waitUntilStored('ReportFile2')
    },
  ],
  'rejected-file': ['a program', (w) => w.files.uploadFileResource(pdf, { ...report, filename: 'setup.exe' })],
  'too-large': [
    'eleven million bytes, and `preflight: false`',
    (w) => {
      const options = { ...report, uid: 'ReportFile2', contentType: 'application/pdf', preflight: false }
      return w.files.uploadFileResource(new Uint8Array(11_000_000), options)
    },
  ],
  'rate-limited': [
    'a gateway asks for a pause',
    (w) => {
      w.emulator.inject({
        kind: 'status',
        status: 429,
        headers: { 'retry-after': '600' },
        json: { message: 'Rate limit exceeded' },
      })
      return w.files.getDocument(DOCUMENT)
    },
  ],
  server: [
    'a proxy has lost DHIS2',
    (w) => {
      w.emulator.inject({ kind: 'html', status: 502 })
      return w.files.getDocument(DOCUMENT)
    },
  ],
  network: ['nothing listens', (w) => w.client({ baseUrl: 'http://127.0.0.1:9', fetch: undefined }).system.ping()],
  timeout: [
    'the answer does not come',
    (w) => {
      w.emulator.inject({ kind: 'delay', ms: 5000, route: `/api/documents/${DOCUMENT}` })
      return w.files.getDocument(DOCUMENT, { timeouts: { headers: 1000 } })
    },
  ],
  integrity: [
    'a byte changes on the way',
    async (w) => {
      w.emulator.inject({ kind: 'corrupt', atByte: 3, route: '/api/documents/*/data' })
      await (await w.files.downloadDocument(DOCUMENT)).bytes()
    },
  ],
  'not-replayable': [
    'a stream, and a proxy that fails',
    (w) => {
      w.emulator.inject({ kind: 'html', status: 502, route: UPLOAD })
      const client = w.client({ retry: { minDelay: 1 } })
      return client.files.uploadFileResource(pdf.stream(), { ...report, uid: 'ReportFile2' })
    },
  ],
  unsupported: ['a link is given a file', (w) => w.files.replaceDocument(LINK.uid, pdf)],
  protocol: [
    'another program answers',
    (w) => {
      w.emulator.inject({ kind: 'status', status: 200, json: { hello: 'world' }, route: '/api/documents/*' })
      return w.files.getDocument(DOCUMENT)
    },
  ],
}

/** @returns {Promise<Record<string, { when: string, message: string }>>} By code. */
export async function errorExamples() {
  const load = (name, file) => import(pathToFileURL(join(ROOT, 'packages', name, 'dist', file)).href)
  const { createEmulator } = await load('emulator', 'index.js')
  const { Dhis2Client } = await load('client', 'node.js')
  const examples = {}
  for (const [code, [when, provoke]] of Object.entries(PROVOKE)) {
    examples[code] = { when, message: await messageOf(code, provoke, createEmulator, Dhis2Client) }
  }
  return examples
}

async function messageOf(code, provoke, createEmulator, Dhis2Client) {
  let passed = 0
  const nurse = { username: 'nurse', password: 'Nurse-2026' }
  const emulator = createEmulator({
    version: '2.43',
    users: [nurse],
    settings: { storageDelay: 0 },
    clock: () => new Date(Date.now() + passed),
  })
  const clients = []
  const client = (options) => {
    const made = new Dhis2Client({
      baseUrl: SERVER,
      auth: { username: 'admin', password: 'district' },
      fetch: (input, init) => emulator.fetch(new Request(input, init)),
      retry: false,
      ...(options?.baseUrl && { proxy: false }),
      ...options,
    })
    clients.push(made)
    return made
  }
  try {
    const { files } = client()
    await files.uploadDocument(pdf, { ...report, uid: DOCUMENT, name: 'Malaria report', fileResource: FILE })
    await files.createExternalDocument(LINK)
    await provoke({ emulator, client, files, nurse, pass: (ms) => (passed += ms) })
  } catch (error) {
    if (error.code === code) return error.message
    throw new Error(`scripts/error-examples.mjs: what is to give ${code} gives ${error.code}.`, { cause: error })
  } finally {
    for (const one of clients) await one.close()
    await emulator.close()
  }
  throw new Error(`scripts/error-examples.mjs: what is to give ${code} fails in nothing.`)
}
