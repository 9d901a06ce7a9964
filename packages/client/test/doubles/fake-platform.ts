import { toStream } from '../../src/bytes/chunks.js'
import { createCookieJar } from '../../src/node/cookies.js'
import { createMd5 } from '../../src/node/md5.js'
import type { Platform, SaveJob } from '../../src/platform.js'
import { webPlatform } from '../../src/web-platform.js'
import type { Transport } from '../../src/http/transport.js'

/** A runtime whose connections lead to a fake server, with cookies as in Node and files in memory. */
export function fakePlatform(
  server: { readonly send: Transport },
  more: Partial<Platform> = {},
): Platform & { readonly saved: Saved } {
  const saved: Saved = new Map()
  return {
    ...webPlatform,
    collectsBodies: false,
    createTransport: () => ({ send: server.send, close: () => Promise.resolve() }),
    createCookieJar,
    pageCookie: undefined,
    createMd5,
    async save(job: SaveJob) {
      const size = await job.write(async (bytes) => {
        const content = new Uint8Array(await new Response(toStream(bytes)).arrayBuffer())
        saved.set(job.target, content)
        return content.byteLength
      })
      return { path: job.target, size }
    },
    saved,
    ...more,
  }
}

type Saved = Map<string, Uint8Array>
