import { Dhis2Error } from './errors.js'
import { createFetchTransport } from './http/fetch-transport.js'
import { createXhrTransport } from './http/xhr-transport.js'
import type { Platform } from './platform.js'

const NODE_ONLY =
  'is for Node: this runtime has no file system that the client can use. Use bytes(), blob() or stream().'

/** Any runtime with `fetch`: browsers, Deno, Bun, workers. */
export const webPlatform: Platform = {
  collectsBodies: true,
  createTransport({ fetch, credentials, proxy, ca, insecure }) {
    if (fetch === undefined && (proxy !== undefined || ca !== undefined || insecure)) {
      const where = 'are for Node: elsewhere the browser or runtime decides about proxies and certificates.'
      throw new Dhis2Error(`proxy, ca and insecure ${where}`, { code: 'unsupported' })
    }
    const byFetch = createFetchTransport({
      fetch: fetch ?? ((...request) => globalThis.fetch(...request)),
      credentials,
    })
    const { XMLHttpRequest } = globalThis as { XMLHttpRequest?: typeof globalThis.XMLHttpRequest }
    const uploads =
      fetch === undefined && XMLHttpRequest ? createXhrTransport({ XMLHttpRequest, credentials }) : byFetch
    return { send: (request) => (request.body ? uploads : byFetch)(request), close: () => Promise.resolve() }
  },
  createCookieJar: undefined,
  pageCookie(name) {
    const { document } = globalThis as { document?: { cookie?: string } }
    const pair = document?.cookie?.split(/;\s*/).find((c) => c.startsWith(`${name}=`))
    const value = pair?.slice(name.length + 1)
    try {
      return value && decodeURIComponent(value)
    } catch {
      return value
    }
  },
  async createMd5() {
    const { createMD5 } = await import('hash-wasm')
    const hash = await createMD5()
    hash.init()
    return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest('hex') }
  },
  async spool(source, signal) {
    const stream = await source.open({ signal })
    const blob = await new Response(stream.pipeThrough(new TransformStream(), { signal })).blob()
    return {
      name: source.name,
      type: source.type,
      size: blob.size,
      replayable: true,
      open: () => Promise.resolve(blob.stream() as ReadableStream<Uint8Array>),
      dispose: () => Promise.resolve(),
    }
  },
  save: () => Promise.reject(new Dhis2Error(`saveTo ${NODE_ONLY}`, { code: 'unsupported' })),
  userAgent: undefined,
}

/** `fileSource` where there is no file system. */
export function noFileSource(): Promise<never> {
  return Promise.reject(new Dhis2Error(`fileSource ${NODE_ONLY}`, { code: 'unsupported' }))
}
