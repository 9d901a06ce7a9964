import { createHash } from 'node:crypto'
import http from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { expect, it } from 'vitest'
import { createEmulator } from '../src/index.js'
import { ADMIN } from './client.js'

const MIB = 1024 * 1024
const SIZE = 64 * MIB

it('passes 64 MiB up and down over a socket without holding them', { timeout: 60_000 }, async () => {
  const emulator = createEmulator({ settings: { maxFileUploadSize: SIZE, storageDelay: 0 } })
  const { url } = await emulator.serve()
  const block = Buffer.alloc(MIB, 'm')
  const head = Buffer.from('--edge\r\nContent-Disposition: form-data; name="file"; filename="large.dat"\r\n\r\n')
  const tail = Buffer.from('\r\n--edge--\r\n')
  let peak = 0
  const watch = setInterval(() => {
    const { arrayBuffers, heapUsed } = process.memoryUsage()
    peak = Math.max(peak, arrayBuffers + heapUsed)
  }, 5)
  globalThis.gc?.()
  const before = process.memoryUsage()
  const request = (path: string, method: string, headers: http.OutgoingHttpHeaders = {}) =>
    http.request(url + path, { method, headers: { authorization: ADMIN, ...headers } })

  const upload = request('/api/fileResources?domain=DOCUMENT&uid=LargeFile01', 'POST', {
    'content-type': 'multipart/form-data; boundary=edge',
    'content-length': head.length + SIZE + tail.length,
  })
  const answered = new Promise<http.IncomingMessage>((resolve) => upload.on('response', resolve))
  await pipeline(
    Readable.from(
      (function* () {
        yield head
        for (let sent = 0; sent < SIZE; sent += MIB) yield block
        yield tail
      })(),
    ),
    upload,
  )
  const answer = await answered
  answer.resume()
  expect(answer.statusCode).toBe(202)
  await emulator.settle()

  const download = await new Promise<http.IncomingMessage>((resolve) =>
    request('/api/fileResources/LargeFile01/data', 'GET').on('response', resolve).end(),
  )
  const hash = createHash('md5')
  let received = 0
  for await (const chunk of download) {
    hash.update(chunk)
    received += chunk.length
  }
  clearInterval(watch)
  expect(received).toBe(SIZE)
  expect(hash.digest('hex')).toBe(emulator.state.fileResources.get('LargeFile01')?.contentMd5)
  expect(peak - before.arrayBuffers - before.heapUsed).toBeLessThan(48 * MIB)
  await emulator.close()
})
