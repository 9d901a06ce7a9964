import { readObject } from './decode.js'

/** Where a page stands in its list. Its links are left out: a proxy makes them wrong (WIRE.md 1.8). */
export interface Pager {
  /** From 1. Past the end the server says the last page here, and its rows are none. */
  readonly page: number
  /** Rows of a page at most. */
  readonly pageSize: number
  /** Rows of all pages, and how many pages that makes; `undefined` where the server does not count them. */
  readonly total: number | undefined
  /** How many pages there are; `undefined` where the server does not count them. */
  readonly pageCount: number | undefined
}

/** @throws Dhis2Error `protocol` */
export function readPager(value: unknown): Pager {
  const { page, pageSize, total, pageCount } = readObject<Pager>(value, 'pager', {
    page: 'number!',
    pageSize: 'number!',
    total: 'number',
    pageCount: 'number',
  })
  return { page, pageSize, total, pageCount }
}
