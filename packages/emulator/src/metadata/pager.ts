/** The pager of a list (WIRE.md 1.8). */
export interface Pager {
  page: number
  total: number
  pageSize: number
  pageCount: number
  nextPage?: string
  prevPage?: string
}

/** Rows a page has unless `pageSize` says otherwise. */
export const PAGE_SIZE = 50

/** Which part of the rows a request asks for. */
export interface Page {
  readonly page: number
  readonly pageSize: number
}

/** Reads `page` and `pageSize`; numbers below one count as the default. */
export function parsePage(query: URLSearchParams): Page {
  const positive = (name: string, standard: number) => {
    const value = Number.parseInt(query.get(name) ?? '', 10)
    return Number.isFinite(value) && value >= 1 ? value : standard
  }
  return { page: positive('page', 1), pageSize: positive('pageSize', PAGE_SIZE) }
}

/** The rows of a page. */
export function slice<T>(rows: readonly T[], { page, pageSize }: Page): T[] {
  return rows.slice((page - 1) * pageSize, page * pageSize)
}

/**
 * The classic pager: a page past the end reads as the last one, links are rebuilt and percent-encoded.
 * `url`: absolute address of the list without its query.
 */
export function classicPager(url: string, query: URLSearchParams, total: number, { page, pageSize }: Page): Pager {
  const pageCount = Math.ceil(total / pageSize)
  const current = Math.max(1, Math.min(page, pageCount))
  const link = (to: number) => {
    const own = [...(to > 1 ? [`page=${to}`] : []), ...(pageSize === PAGE_SIZE ? [] : [`pageSize=${pageSize}`])]
    const names = [...new Set(query.keys())].filter((name) => name !== 'page' && name !== 'pageSize')
    const rest = names
      .sort((a, b) => javaBucket(a) - javaBucket(b))
      .flatMap((name) => query.getAll(name).map((value) => `${name}=${javaEncode(value)}`))
    const all = [...own, ...rest].join('&')
    return all === '' ? url : `${url}?${all}`
  }
  return {
    page: current,
    total,
    pageSize,
    ...(current < pageCount && { nextPage: link(current + 1) }),
    ...(current > 1 && { prevPage: link(current - 1) }),
    pageCount,
  }
}

/** The gist pager of 2.44: the page is echoed, links are the query string as it was sent plus `page`. */
export function gistPager(url: string, rawQuery: string, total: number, { page, pageSize }: Page): Pager {
  const pageCount = Math.ceil(total / pageSize)
  const rest = rawQuery
    .split('&')
    .filter((part) => part !== '' && !/^page=/.test(part))
    .map(decodeQuietly)
  const link = (to: number) => `${url}?${[...rest, `page=${to}`].join('&')}`
  return {
    page,
    total,
    pageSize,
    ...(page < pageCount && { nextPage: link(page + 1) }),
    ...(page > 1 && { prevPage: link(page - 1) }),
    pageCount,
  }
}

function decodeQuietly(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** URLEncoder's rules: blanks are `+`, and less is left alone than in JavaScript. */
const javaEncode = (value: string) =>
  encodeURIComponent(value)
    .replace(/[!'()~]/g, hex)
    .replaceAll('%20', '+')
const hex = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`

/** Place of a key in a small java.util.HashMap: the server writes parameters in that order. */
function javaBucket(key: string): number {
  let hash = 0
  for (let at = 0; at < key.length; at++) hash = (Math.imul(31, hash) + key.charCodeAt(at)) | 0
  return (hash ^ (hash >>> 16)) & 15
}
