import { createFetchTransport } from '../http/fetch-transport.js'
import type { Platform } from '../platform.js'
import { createCookieJar } from './cookies.js'
import { createMd5 } from './md5.js'
import { saveDownload } from './save.js'
import { spoolToFile } from './spool.js'
import { createUndiciTransport } from './transport.js'

/** Node: undici for connections, cookies kept by us, files on disk. */
export const nodePlatform: Platform = {
  collectsBodies: false,
  createTransport(options) {
    if (options.fetch === undefined) return createUndiciTransport(options)
    const send = createFetchTransport({ fetch: options.fetch, credentials: options.credentials })
    return { send, close: () => Promise.resolve() }
  },
  createCookieJar,
  pageCookie: undefined,
  createMd5,
  spool: spoolToFile,
  save: saveDownload,
  userAgent: 'dhis2-files',
}
