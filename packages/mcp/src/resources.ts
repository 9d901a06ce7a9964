import type { FileDownload } from '@dhis2-files/client'
import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  ResourceNotFoundError,
  ResourceTemplate,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { isProfileError } from '@dhis2-files/profiles'
import { base64Of, inlineBytes } from './content/inline.js'
import { kindOfBytes } from './content/kind.js'
import { failureOf } from './errors.js'
import type { Opened } from './tool.js'
import type { Service } from './service.js'

/** Documents of one page of `resources/list`. */
const PAGE = 100

/** One kind of file that has an address. */
interface Kind {
  readonly name: string
  readonly template: string
  readonly title: string
  readonly description: string
  readonly open: (opened: Opened, uid: string, signal: AbortSignal) => Promise<FileDownload | string>
}

const KINDS: readonly Kind[] = [
  {
    name: 'document',
    template: 'dhis2://documents/{uid}',
    title: 'Document',
    description: 'The file of a document, or the address that it links to. ?profile=NAME says of which DHIS2.',
    async open({ client }, uid, signal) {
      const found = await client.files.downloadDocument(uid, { signal })
      return found.kind === 'external' ? found.url : found
    },
  },
  {
    name: 'file-resource',
    template: 'dhis2://file-resources/{uid}',
    title: 'File resource',
    description: 'The file of a file resource; of any domain but DATA_VALUE. ?profile=NAME says of which DHIS2.',
    open: ({ client }, uid, signal) => client.files.downloadFileResource(uid, { signal }),
  },
]

/** Gives files addresses: what fits into a message can be read by them, and documents are listed. */
export function registerResources(server: McpServer, service: Service): void {
  for (const { name, template, title, description, open } of KINDS) {
    server.registerResource(
      name,
      new ResourceTemplate(template, { list: undefined }),
      { title, description },
      (uri, _variables, ctx) => told(uri.href, () => read(uri, open, service, ctx)),
    )
  }
  server.server.setRequestHandler('resources/list', ({ params }, ctx) =>
    told('resources/list', () => list(params?.cursor, service, ctx)),
  )
}

async function read(
  uri: URL,
  open: Kind['open'],
  service: Service,
  { mcpReq }: ServerContext,
): Promise<ReadResourceResult> {
  const { signal } = mcpReq
  const uid = uri.pathname.slice(1)
  const profile = uri.searchParams.get('profile') || service.defaultProfile
  const found = await open(await service.clients.open(profile), uid, signal)
  if (typeof found === 'string')
    return { contents: [{ uri: uri.href, mimeType: 'text/uri-list', text: `${found}\r\n` }] }
  const instead = 'The download tools save it below a root, with path.'
  const bytes = await inlineBytes(found, { limit: service.maxInline, instead, signal })
  const kind = kindOfBytes(bytes, found.type)
  const { mimeType } = kind
  return {
    contents: [
      kind.kind === 'text'
        ? { uri: uri.href, mimeType, text: kind.text }
        : { uri: uri.href, mimeType, blob: base64Of(bytes) },
    ],
  }
}

/** The newest documents first, a page at a time. Without a profile there are none. */
async function list(
  cursor: string | undefined,
  service: Service,
  { mcpReq }: ServerContext,
): Promise<{ resources: { uri: string; name: string; title: string; description: string }[]; nextCursor?: string }> {
  const page = cursor === undefined ? 1 : Number(cursor)
  if (!Number.isSafeInteger(page) || page < 1) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'The cursor is none that this server gave.')
  }
  let opened: Opened
  try {
    opened = await service.clients.open(service.defaultProfile)
  } catch (error) {
    if (isProfileError(error, 'no-profile')) return { resources: [] }
    throw error
  }
  const query = { fields: 'id,name,external,url', order: ['created:desc', 'id:asc'], page, pageSize: PAGE }
  const { items, pager } = await opened.client.files.listDocuments({ ...query, signal: mcpReq.signal })
  const resources = items.map(({ id, name, external, url }) => ({
    uri: `dhis2://documents/${id}`,
    name: id,
    title: name,
    description: external ? `A link to ${url}` : 'A document of DHIS2',
  }))
  const more = pager.pageCount === undefined ? items.length === PAGE : page < pager.pageCount
  return { resources, ...(more && { nextCursor: String(page + 1) }) }
}

/** Errors in the words of the protocol; they hold no secret and no stack. */
async function told<T>(uri: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ProtocolError) throw error
    const failure = failureOf(error)
    const message = `${failure.message} (${failure.code})`
    if (failure.code === 'not-found') throw new ResourceNotFoundError(uri, message)
    const misuse = failure.code === 'invalid-input' || failure.code === 'too-large'
    throw new ProtocolError(
      misuse ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError,
      message,
      failure,
    )
  }
}
