import { createHash } from 'node:crypto'
import { Dhis2Client, type Dhis2ClientOptions, type TransportRequest } from '../../src/node.js'
import { RECORDINGS, type Recording } from '../recordings.js'

/** A request as a scripted server sees it. */
export interface Received {
  readonly method: string
  /** Path and query, from `/api`. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Headers
  readonly bytes: Uint8Array
  /** The body as JSON; `undefined` where it is none. */
  readonly json: unknown
}

/** What it answers: JSON, bytes or nothing. */
export interface Answer {
  readonly status?: number
  readonly json?: unknown
  readonly bytes?: Uint8Array | string
  readonly headers?: Readonly<Record<string, string>>
}

/** What goes wrong: the answer is lost after the work was done, the request before, or another answer comes. */
export type Trouble = 'answer-lost' | 'request-lost' | Answer

/** By `METHOD /path`, where `*` stands for one part of a path. */
export type Routes = Readonly<Record<string, (request: Received, ...parts: string[]) => Answer>>

/** A server made of a few functions, and a client of it. */
export interface Scripted {
  readonly client: Dhis2Client
  readonly received: Received[]
  /** Asked about each request; what it returns happens to it. */
  trouble: (request: Received, index: number) => Trouble | undefined
  /** What its routes answer, without a request. */
  answer(method: string, path: string): Answer
  /** The requests as lines, without the sign-in. */
  lines(): string[]
}

export function scripted(version: string, routes: Routes, options: Partial<Dhis2ClientOptions> = {}): Scripted {
  const received: Received[] = []
  const state: Scripted = {
    received,
    trouble: () => undefined,
    answer(method, path) {
      const query = new URL(path, 'http://dhis2.test').searchParams
      return route(routes, { method, path, query, headers: new Headers(), bytes: new Uint8Array(), json: undefined })
    },
    lines: () => received.map(({ method, path }) => `${method} ${decodeURIComponent(path)}`),
    client: new Dhis2Client({
      baseUrl: 'http://dhis2.test/',
      auth: { token: 'd2p_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' },
      version,
      retry: { minDelay: 0, maxDelay: 0 },
      clock: { now: () => 0, random: () => 0, sleep: () => Promise.resolve() },
      ...options,
      async transport(request) {
        const bytes = await bytesOf(request)
        if (request.url.pathname === '/api/system/info') {
          return respond({ json: { version, serverDate: '2026-03-01T00:00:00.000' } })
        }
        const seen = receive(request, bytes)
        const trouble = state.trouble(seen, received.length)
        received.push(seen)
        if (trouble === 'request-lost') throw new TypeError('fetch failed')
        if (typeof trouble === 'object') return respond(trouble)
        const answer = respond(route(routes, seen))
        if (trouble === 'answer-lost') throw new TypeError('fetch failed')
        return answer
      },
    }),
  }
  return state
}

function receive({ method, url, headers }: TransportRequest, bytes: Uint8Array): Received {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    json = undefined
  }
  return { method, path: url.pathname + url.search, query: url.searchParams, headers, bytes, json }
}

function route(routes: Routes, request: Received): Answer {
  const line = `${request.method} ${request.path.split('?', 1)[0]}`
  for (const [pattern, handler] of Object.entries(routes)) {
    const match = new RegExp(`^${pattern.replaceAll('*', '([^/]+)')}$`).exec(line)
    if (match !== null) return handler(request, ...match.slice(1))
  }
  return { status: 404, json: { httpStatus: 'Not Found', httpStatusCode: 404, status: 'ERROR', message: `no ${line}` } }
}

function respond({ status = 200, json, bytes, headers }: Answer): Response {
  const body = json === undefined ? (bytes ?? null) : JSON.stringify(json)
  const type = json === undefined ? 'application/octet-stream' : 'application/json'
  return new Response(body as BodyInit | null, { status, headers: { 'content-type': type, ...headers } })
}

async function bytesOf({ body, signal }: TransportRequest): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array()
  return new Uint8Array(await new Response(await body.open({ signal })).arrayBuffer())
}

/** Every recorded version: `2.43.1` and its steps. */
export const VERSIONS: readonly (readonly [string, Recording])[] = RECORDINGS.map((one) => [one.dhis2, one])

/** A recorded answer, with the values of its variables. */
export function recorded(recording: Recording, id: string, variables: Readonly<Record<string, string>> = {}): Answer {
  const step = recording.steps.find((one) => one.id === id)
  if (step?.response === undefined) throw new Error(`no recorded answer ${id}`)
  const text = JSON.stringify(step.response).replace(
    /\{\{(\w+)\}\}/g,
    (whole, name: string) => variables[name] ?? whole,
  )
  const { status, headers, json, text: bytes } = JSON.parse(text)
  const kept = Object.fromEntries(
    Object.entries((headers ?? {}) as Record<string, string>).filter(([name]) =>
      ['content-type', 'location', 'etag'].includes(name),
    ),
  )
  return { status, json, bytes, headers: kept }
}

/** The file resources of a scripted server: takes uploads, stores them at once, and lists them. */
export function fileStore(): { readonly files: Map<string, StoredFile>; readonly routes: Routes } {
  const files = new Map<string, StoredFile>()
  const routes: Routes = {
    'GET /api/me': () => ({ json: { id: 'UsAdmin0001', username: 'admin', authorities: ['ALL'] } }),
    'POST /api/fileResources': ({ bytes, query, headers }) => {
      const id = query.get('uid') ?? 'FrUnnamed01'
      const taken = files.has(id)
      if (taken) {
        const message = `FileResource already exists: \`${id}\``
        return { status: 409, json: { httpStatus: 'Conflict', status: 'ERROR', errorCode: 'E1119', message } }
      }
      files.set(id, storedFile(id, query.get('domain') ?? 'DATA_VALUE', ...partOf(bytes, headers)))
      return {
        status: 202,
        json: { response: { fileResource: { ...rowOf(files.get(id)), storageStatus: 'PENDING' } } },
      }
    },
    'GET /api/fileResources': ({ query }) => {
      const uids = /^id:in:\[(.*)\]$/.exec(query.get('filter') ?? '')?.[1]?.split(',') ?? []
      const fileResources = uids.flatMap((uid) => (files.has(uid) ? [rowOf(files.get(uid))] : []))
      return { json: { pager: { page: 1, pageSize: 50, total: fileResources.length, pageCount: 1 }, fileResources } }
    },
    'GET /api/fileResources/*': (_, uid = '') =>
      files.has(uid)
        ? { json: rowOf(files.get(uid)) }
        : {
            status: 404,
            json: {
              httpStatus: 'Not Found',
              status: 'ERROR',
              errorCode: 'E1005',
              message: `FileResource with id ${uid} could not be found.`,
            },
          },
    'GET /api/fileResources/*/data': (_, uid = '') => ({ bytes: files.get(uid)?.content ?? '' }),
  }
  return { files, routes }
}

export interface StoredFile {
  readonly id: string
  readonly name: string
  readonly contentType: string
  readonly content: Uint8Array
  readonly domain: string
}

export function storedFile(
  id: string,
  domain: string,
  name: string,
  contentType: string,
  content: Uint8Array | string,
): StoredFile {
  return { id, domain, name, contentType, content: typeof content === 'string' ? Buffer.from(content) : content }
}

function rowOf(file: StoredFile | undefined): Record<string, unknown> {
  if (file === undefined) return {}
  const { content, ...row } = file
  return {
    ...row,
    displayName: file.name,
    createdBy: { id: 'UsAdmin0001' },
    created: '2026-03-01T00:00:00.000',
    lastUpdated: '2026-03-01T00:00:00.000',
    contentLength: content.byteLength,
    contentMd5: createHash('md5').update(content).digest('hex'),
    assigned: false,
    storageStatus: 'STORED',
  }
}

function partOf(bytes: Uint8Array, headers: Headers): [string, string, Uint8Array] {
  const boundary = /boundary="?([^";]+)/.exec(headers.get('content-type') ?? '')?.[1] ?? ''
  const text = Buffer.from(bytes).toString('latin1')
  const start = text.indexOf('\r\n\r\n') + 4
  const head = text.slice(0, start)
  const name = Buffer.from(/filename="([^"]*)"/.exec(head)?.[1] ?? 'untitled', 'latin1').toString()
  const type = /content-type: *([^\r]+)/i.exec(head)?.[1] ?? ''
  return [name, type, bytes.subarray(start, text.lastIndexOf(`\r\n--${boundary}`))]
}

/** What a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise
  } catch (error) {
    return error as Error & Record<string, unknown>
  }
  throw new Error('It did not fail.')
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}
