import type { Uploadable } from '../bytes/source.js'
import { Dhis2Error } from '../errors.js'
import type { RequestOptions } from '../http/call.js'
import { readArray, readObject } from '../models/decode.js'
import { type Pager, readPager } from '../models/pager.js'
import { type FilesContext, requestOptions } from './context.js'
import { createDownload, factsOf, type FileDownload } from './download.js'
import { settle } from './echoes.js'
import type { Page } from './list.js'
import { type AttachOptions, carrying, provideFile } from './provide-file.js'
import { getFileResource } from './storage.js'

/** An icon. It has a key, and no uid. WIRE.md 10.5. */
export interface Icon {
  /** What it is called by: unique among icons. */
  readonly key: string
  /** Free text. */
  readonly description?: string
  /** Words to find it by. */
  readonly keywords: readonly string[]
  /** Whether somebody added it; the others came with DHIS2 and cannot be changed. */
  readonly custom?: boolean
  /** The server’s local time. */
  readonly created?: string
  /** The server’s local time. */
  readonly lastUpdated?: string
  /** Its image, by the uid of the file resource. */
  readonly fileResource?: { readonly id: string; readonly [member: string]: unknown }
  /** Where the server says that its image is; a proxy may make it wrong. */
  readonly href?: string
  readonly [member: string]: unknown
}

/** Which icons, in which order. WIRE.md 5.2. */
export interface IconQuery extends RequestOptions {
  /** Default `ALL`. */
  readonly type?: 'ALL' | 'DEFAULT' | 'CUSTOM' | undefined
  /** Those with one of these keys. */
  readonly keys?: readonly string[] | undefined
  /** Those that have all of these. */
  readonly keywords?: readonly string[] | undefined
  /** In keys and keywords. */
  readonly search?: string | undefined
  /** `key:asc`, `created:desc`, `lastUpdated:desc`. Default, when iterating: `key:asc`. */
  readonly order?: string | undefined
  /** The page to get, or to begin with, from 1. Default 1. */
  readonly page?: number | undefined
  /** Icons of a page. Default 50 for one page, 500 when iterating. */
  readonly pageSize?: number | undefined
}

/** What an icon is made of. */
export interface CreateIconOptions extends AttachOptions {
  /** Letters, digits, `_`, `+` and `-`. */
  readonly key: string
  /** Free text. Default: none. */
  readonly description?: string | undefined
  /** Words to find it by. Default: none. */
  readonly keywords?: readonly string[] | undefined
}

/** What can be changed of an icon; what is left out stays. Its image cannot. */
export interface IconChanges extends RequestOptions {
  /** Default: as it is. */
  readonly description?: string | undefined
  /** All of them. Default: as they are. */
  readonly keywords?: readonly string[] | undefined
}

const ROUTE = 'api/icons'

/** Without the whole user who made it, which `*` would bring for every icon. */
const FIELDS = 'key,description,keywords,custom,created,lastUpdated,fileResource,href'

const MEMBERS = { key: 'string!', description: 'string', keywords: 'array', fileResource: 'object' } as const

/** `GET /api/icons`: one page. */
export async function listIconPage(
  context: FilesContext,
  query: IconQuery,
  page: number,
  pageSize: number,
  all: boolean,
): Promise<Page<Icon>> {
  const { type, keys, keywords, search, order = all ? 'key:asc' : undefined } = query
  const json = await context.call.json('GET', ROUTE, {
    ...requestOptions(query),
    what: 'list icons',
    query: {
      type,
      search,
      order,
      page,
      pageSize,
      fields: FIELDS,
      keys: keys?.join(','),
      keywords: keywords?.join(','),
    },
  })
  const body = readObject<{ icons: unknown; pager: Pager }>(json, 'the list of icons', { pager: 'object!' })
  const items = readArray(body.icons, 'icons').map((row) => readObject<Icon>(row, 'an icon', MEMBERS))
  return { items, pager: readPager(body.pager) }
}

/** `GET /api/icons/{key}` */
export async function getIcon(context: FilesContext, key: string, options: RequestOptions = {}): Promise<Icon> {
  const json = await context.call.json('GET', pathOf(key), { ...requestOptions(options), what: `read icon ${key}` })
  return readObject<Icon>(json, 'an icon', MEMBERS)
}

export async function createIcon(context: FilesContext, data: Uploadable, options: CreateIconOptions): Promise<Icon> {
  const { key, description, keywords = [] } = options
  if (typeof key !== 'string' || !/^[a-zA-Z0-9_+-]+$/.test(key)) {
    throw new TypeError(`key must be letters, digits, _, + and -, but is ${JSON.stringify(key)}.`)
  }
  // the server makes no icon of a file that is not stored yet
  const file = await provideFile(context, data, { ...options, until: 'stored', domain: 'ICON' })
  const what = `create icon ${key}`
  const json = { key, description, keywords, fileResourceId: file.id }
  try {
    await context.call
      .empty('POST', ROUTE, { ...requestOptions(options), what, json, idempotent: true })
      .catch((error: unknown) =>
        settle('create-icon', error, async () =>
          (await getIcon(context, key, options)).fileResource?.id === file.id ? true : undefined,
        ),
      )
    return await getIcon(context, key, options)
  } catch (error) {
    throw carrying(error, file)
  }
}

export async function updateIcon(context: FilesContext, key: string, changes: IconChanges): Promise<Icon> {
  if (changes.description === undefined && changes.keywords === undefined) {
    throw new TypeError('Nothing to change: pass description or keywords.')
  }
  const now = await getIcon(context, key, changes)
  const { description = now.description, keywords = now.keywords } = changes
  await context.call.empty('PUT', pathOf(key), {
    ...requestOptions(changes),
    what: `update icon ${key}`,
    // what is left out would be lost
    json: { key, description, keywords, fileResourceId: now.fileResource?.id },
  })
  return getIcon(context, key, changes)
}

export async function removeIcon(context: FilesContext, key: string, options: RequestOptions = {}): Promise<void> {
  try {
    await context.call.empty('DELETE', pathOf(key), { ...requestOptions(options), what: `delete icon ${key}` })
  } catch (error) {
    await settle('delete-icon', error, async () => ((await isGone(context, key, options)) ? true : undefined))
  }
}

/** Asked by the list, whose empty answer cannot be mistaken for that of something on the way. */
async function isGone(context: FilesContext, key: string, options: RequestOptions): Promise<boolean> {
  const query = { ...requestOptions(options), keys: [key] }
  return (await listIconPage(context, query, 1, 1, false)).items.length === 0
}

export async function downloadIcon(
  context: FilesContext,
  key: string,
  options: RequestOptions = {},
): Promise<FileDownload> {
  const { fileResource } = await getIcon(context, key, options)
  if (!fileResource) throw new Dhis2Error(`Icon ${key} has no file.`, { code: 'lost-content' })
  const { id } = readObject<{ id: string }>(fileResource, 'fileResource', { id: 'uid!' })
  const file = await getFileResource(context, id, options)
  return createDownload(context, {
    path: `${pathOf(key)}/icon`,
    what: `icon ${key}`,
    ...factsOf(file),
    options: requestOptions(options),
  })
}

function pathOf(key: string): string {
  if (typeof key !== 'string' || key === '') throw new TypeError('key must be that of an icon.')
  return `${ROUTE}/${encodeURIComponent(key)}`
}
