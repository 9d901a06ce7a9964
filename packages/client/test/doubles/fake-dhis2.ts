import { createHash } from 'node:crypto'
import type { Transport, TransportRequest } from '../../src/http/transport.js'
import { json, objectReport, page, refusal, systemInfo } from './answers.js'
import { connectionError, type Received } from './fake-server.js'

export const ME = 'M5zQapPyTZI'

export interface StoredFile {
  readonly id: string
  name: string
  contentType: string
  bytes: Uint8Array
  domain: string
  assigned: boolean
  status: 'PENDING' | 'STORED'
  created: string
  createdBy: string
}

export interface StoredDocument {
  readonly id: string
  name: string
  url: string
  external: boolean
  code?: string
  contentType?: string
  translations: unknown[]
  sharing: Record<string, unknown>
  access: Record<string, boolean>
}

/**
 * What happens to a request: the answer or the request itself is lost, the connection is refused, a proxy answers in its place
 * before or after the work is done, DHIS2 fails after it has done the work, or something else answers.
 */
export type Trouble =
  | 'answer-lost'
  | 'request-lost'
  | 'refused'
  | '502'
  | '502-after'
  | '500-after'
  | Response
  | Promise<Response>

/** Documents and file resources, with the rules of DHIS2 that the client has to cope with: WIRE.md 1 and 2. */
export class FakeDhis2 {
  readonly files = new Map<string, StoredFile>()
  readonly documents = new Map<string, StoredDocument>()
  readonly received: Received[] = []
  authorities: string[] = ['ALL']
  serverDate = '2026-08-21T10:00:00.000'
  /** Status of new files. */
  storesAs: StoredFile['status'] = 'STORED'
  /** Asked about each request by its line without query, and how often that line came. */
  trouble: (line: string, time: number, request: Received) => Trouble | undefined = () => undefined
  readonly #times = new Map<string, number>()

  /** `METHOD path`, decoded, below the base URL. */
  lines(): string[] {
    return this.received.map(
      ({ method, path }) => `${method} ${decodeURIComponent(path.replaceAll('+', ' ')).replace('/hmis/api/', '')}`,
    )
  }

  /** The lines that change something. */
  changes(): string[] {
    return this.lines().filter((line) => !line.startsWith('GET'))
  }

  readonly send: Transport = async (request) => {
    request.signal.throwIfAborted()
    const line = `${request.method} ${request.url.pathname.replace('/hmis/api/', '')}`
    const time = (this.#times.get(line) ?? 0) + 1
    this.#times.set(line, time)
    const body = await bytesOf(request)
    const received = {
      ...request,
      path: request.url.pathname + request.url.search,
      body: new TextDecoder().decode(body),
    }
    this.received.push(received)
    const trouble = this.trouble(line, time, received)
    if (trouble === 'request-lost') throw connectionError('ECONNRESET', 'read ECONNRESET')
    if (trouble === 'refused') throw connectionError('ECONNREFUSED', 'connect ECONNREFUSED', { syscall: 'connect' })
    if (trouble === '502') return page(502, '502 Bad Gateway')
    if (trouble instanceof Response || trouble instanceof Promise) return trouble
    const answer = this.#answer(line, request, body)
    if (trouble === 'answer-lost') throw connectionError('ECONNRESET', 'read ECONNRESET')
    if (trouble === '502-after') return page(502, '502 Bad Gateway')
    if (trouble === '500-after') return refusal(500, 'NullPointerException')
    request.signal.throwIfAborted()
    return answer
  }

  addFile(id: string, bytes: string | Uint8Array, more: Partial<StoredFile> = {}): StoredFile {
    const file: StoredFile = {
      id,
      name: 'report.pdf',
      contentType: 'application/pdf',
      bytes: typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes,
      domain: 'DOCUMENT',
      assigned: false,
      status: 'STORED',
      created: this.serverDate,
      createdBy: ME,
      ...more,
    }
    this.files.set(id, file)
    return file
  }

  addDocument(id: string, url: string, more: Partial<StoredDocument> = {}): StoredDocument {
    const document: StoredDocument = {
      id,
      name: 'Handbook',
      url,
      external: false,
      translations: [],
      sharing: { owner: ME, public: '--------', users: { u1: { id: 'u1', access: 'r-------' } }, userGroups: {} },
      access: { manage: true, update: true, write: true, read: true, delete: true },
      ...more,
    }
    const file = this.files.get(url)
    if (file) file.assigned = true
    this.documents.set(id, document)
    return document
  }

  #answer(line: string, request: TransportRequest, body: Uint8Array): Response {
    const [method = '', path = ''] = line.split(' ')
    const [collection, id = '', part] = path.split('/')
    if (path === 'system/info') return systemInfo('2.43.1', { serverDate: this.serverDate })
    if (path === 'me') return json({ id: ME, username: 'admin', authorities: this.authorities })
    if (collection === 'fileResources') return this.#fileResources(method, id, part, request, body)
    if (collection === 'documents') return this.#documents(method, id, part, request.url.searchParams, body)
    return page(404, 'HTTP Status 404 – Not Found')
  }

  #fileResources(
    method: string,
    id: string,
    part: string | undefined,
    request: TransportRequest,
    body: Uint8Array,
  ): Response {
    if (method === 'POST') {
      const { searchParams } = request.url
      const uid = searchParams.get('uid') ?? 'FrUnnamed01'
      if (this.files.has(uid)) return refusal(409, `FileResource already exists: \`${uid}\``, 'E1119')
      const { name, type, bytes } = partOf(body, request.headers.get('content-type') ?? '')
      const domain = searchParams.get('domain') ?? 'DATA_VALUE'
      const file = this.addFile(uid, bytes, { name, contentType: type, domain, status: this.storesAs })
      return json(
        {
          httpStatus: 'Accepted',
          httpStatusCode: 202,
          status: 'OK',
          response: { fileResource: { ...fileJson(file), storageStatus: 'PENDING' } },
        },
        202,
      )
    }
    const file = this.files.get(id)
    if (file === undefined) return refusal(404, `FileResource with id ${id} could not be found.`, 'E1005')
    return part === 'data' ? dataOf(file) : json(fileJson(file))
  }

  #documents(method: string, id: string, part: string | undefined, query: URLSearchParams, body: Uint8Array): Response {
    const sent = (): Record<string, unknown> => JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>
    if (id === '') {
      if (method === 'POST') return this.#create(sent() as unknown as StoredDocument)
      const wanted = /^id:eq:(\w+)$/.exec(query.get('filter') ?? '')?.[1] ?? ''
      const rows = [...this.documents.values()].filter((one) => wanted === '' || one.id === wanted)
      return json({
        pager: { page: 1, pageSize: 50, total: rows.length, pageCount: 1 },
        documents: rows.map((row) => ({ id: row.id })),
      })
    }
    const document = this.documents.get(id)
    if (document === undefined) return refusal(404, `Document with id ${id} could not be found.`, 'E1005')
    if (part === 'data') {
      if (document.external) return new Response(null, { status: 302, headers: { location: document.url } })
      const file = this.files.get(document.url)
      return file ? dataOf(file) : refusal(500, "key 'document/x' not found.")
    }
    if (part === 'sharing') {
      document.sharing = sent()
      return new Response(null, { status: 204 })
    }
    if (method === 'GET')
      return json(
        query.get('fields') === 'sharing' ? { sharing: document.sharing } : { ...document, createdBy: { id: ME } },
      )
    if (method === 'DELETE') {
      const file = this.files.get(document.url)
      if (file) file.assigned = false
      this.documents.delete(id)
      return json({ httpStatus: 'OK', status: 'OK' })
    }
    const next: Record<string, unknown> = method === 'PUT' ? { ...document, ...sent() } : { ...document }
    if (method === 'PATCH') {
      for (const { path, value } of sent() as unknown as { path: string; value: unknown }[]) next[path.slice(1)] = value
    }
    const refused =
      query.get('skipValidation') === 'true' ? undefined : this.#refused(next as unknown as StoredDocument)
    if (refused) return refused
    Object.assign(document, next, { sharing: openSharing() })
    this.#assign(document.url)
    return json({ httpStatus: 'OK', status: 'OK', response: { responseType: 'ObjectReport', errorReports: [] } })
  }

  #create(draft: StoredDocument): Response {
    const refused = this.#refused(draft)
    if (refused) return refused
    if (this.documents.has(draft.id)) return objectReport(409, ['E5000', 'Found matching object for reference'])
    const taken = [...this.documents.values()].some(({ code }) => code !== undefined && code === draft.code)
    if (taken) return objectReport(409, ['E5003', `Property \`code\` with value \`${draft.code}\` already exists`])
    this.addDocument(draft.id, draft.url, { ...draft, sharing: openSharing() })
    this.#assign(draft.url)
    return json({ httpStatus: 'Created', status: 'OK', response: { uid: draft.id, errorReports: [] } }, 201)
  }

  #refused({ external, url }: StoredDocument): Response | undefined {
    if (external) return undefined
    const file = this.files.get(url)
    if (file === undefined) return objectReport(409, ['E4015', `could not find \`${url}\``])
    if (!file.assigned) return undefined
    return objectReport(409, [
      'E4016',
      `Object referenced by the \`url\` property is already associated, value: \`${url}\``,
    ])
  }

  #assign(url: string): void {
    const file = this.files.get(url)
    if (file) Object.assign(file, { assigned: true, domain: 'DOCUMENT' })
  }
}

/** What every create and update leaves behind: the document is open to everyone. WIRE.md 2.2. */
export function openSharing(): Record<string, unknown> {
  return { owner: ME, public: 'rw------', users: {}, userGroups: {} }
}

export function md5Of(bytes: string | Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex')
}

function fileJson(file: StoredFile): Record<string, unknown> {
  const { id, name, contentType, bytes, domain, assigned, status, created, createdBy } = file
  return {
    ...{ id, name, displayName: name, contentType, domain, assigned, created, lastUpdated: created },
    createdBy: { id: createdBy },
    contentLength: bytes.byteLength,
    contentMd5: md5Of(bytes),
    storageStatus: status,
  }
}

function dataOf(file: StoredFile): Response {
  if (file.status === 'PENDING')
    return new Response(null, { status: 500, headers: { 'content-type': 'application/json' } })
  return new Response(file.bytes as BodyInit, { headers: { 'content-type': `${file.contentType};charset=UTF-8` } })
}

async function bytesOf({ body, signal }: TransportRequest): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array()
  return new Uint8Array(await new Response(await body.open({ signal })).arrayBuffer())
}

function partOf(body: Uint8Array, type: string): { name: string; type: string; bytes: Uint8Array } {
  const boundary = /boundary=([^;]+)/.exec(type)?.[1] ?? ''
  const text = Buffer.from(body).toString('latin1')
  const start = text.indexOf('\r\n\r\n') + 4
  const head = Buffer.from(text.slice(0, start), 'latin1').toString()
  return {
    name: /filename="([^"]*)"/.exec(head)?.[1] ?? 'untitled',
    type: /content-type: *([^\r]+)/i.exec(head)?.[1] ?? '',
    bytes: body.subarray(start, text.lastIndexOf(`\r\n--${boundary}`)),
  }
}
