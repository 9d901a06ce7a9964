// One piece of work with the built client and nothing else in the process. Prints a line of JSON: what came out, and the most
// memory that the process ever had, in bytes. usage: node client-process.mjs <work> <base URL> [arguments]
import { readFile } from 'node:fs/promises'
import { Dhis2Client, fileSource } from '@dhis2-files/client'

const [work, baseUrl, ...args] = process.argv.slice(2)
const BLOCK = 1_048_576

const client = new Dhis2Client({
  baseUrl,
  auth: { username: 'admin', password: 'district' },
  version: '2.43.0',
  maxFileUploadSize: Number.MAX_SAFE_INTEGER,
})

const WORKS = {
  uploadFile: async (uid, path) => upload(uid, await fileSource(path)),
  uploadMade: (uid, size) => upload(uid, madeSource(Number(size))),
  async downloadFile(uid, path) {
    const { size } = await (await client.files.downloadFileResource(uid)).saveTo(path)
    return { size }
  },
  async downloadAway(uid) {
    let size = 0
    for await (const chunk of await (await client.files.downloadFileResource(uid)).stream()) size += chunk.byteLength
    return { size }
  },
  async list() {
    let rows = 0
    let last
    for await (const { id } of client.files.listFileResources()) {
      rows++
      last = id
    }
    return { rows, last }
  },
}

const result = await WORKS[work](...args)
await client.close()
const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile('/proc/self/status', 'utf8'))
console.log(JSON.stringify({ ...result, peak: Number(peak) * 1024 }))

async function upload(uid, source) {
  const { contentLength, contentMd5 } = await client.files.uploadFileResource(source, {
    uid,
    domain: 'DOCUMENT',
    deadline: 300_000,
  })
  return { size: contentLength, md5: contentMd5 }
}

/** Bytes out of nothing, so that no disk is needed. */
function madeSource(size) {
  return {
    name: 'made.dat',
    type: 'application/octet-stream',
    size,
    replayable: true,
    open() {
      let made = 0
      return Promise.resolve(
        new ReadableStream(
          {
            pull(controller) {
              if (made === size) return controller.close()
              const block = new Uint8Array(Math.min(BLOCK, size - made)).fill((made / BLOCK) % 251)
              made += block.byteLength
              controller.enqueue(block)
            },
          },
          { highWaterMark: 0 },
        ),
      )
    },
  }
}
