import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createNetServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { ByteSource } from '../../src/bytes/source.js'
import { toResponse } from '../../src/http/answer.js'
import type { Method, RequestBody, Transport, TransportRequest } from '../../src/http/transport.js'
import { createUndiciTransport, type TransportTimes } from '../../src/node/transport.js'
import type { PlatformTransport } from '../../src/platform.js'

export interface TestServer {
  readonly url: URL
  /** Connections that are open now. */
  readonly sockets: ReadonlySet<Socket>
  /** How many connections there were. */
  readonly accepted: () => number
}

/** An HTTP server for this test. */
export function httpServer(listener: RequestListener): Promise<TestServer> {
  return listen(createServer({ keepAliveTimeout: 60_000 }, listener))
}

/** A server that gets each connection as it is, after the first bytes of a request are there. */
export function rawServer(onRequest: (socket: Socket, bytes: Buffer) => void): Promise<TestServer> {
  return listen(createNetServer((socket) => socket.on('data', (bytes: Buffer) => onRequest(socket, bytes))))
}

async function listen(server: ReturnType<typeof createNetServer>): Promise<TestServer> {
  const sockets = new Set<Socket>()
  let accepted = 0
  server.on('connection', (socket: Socket) => {
    accepted += 1
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { url: new URL(`http://127.0.0.1:${port}/dhis/api/x?a=1`), sockets, accepted: () => accepted }
}

/** A transport for this test. */
export function transport(
  connections?: number,
  times: TransportTimes = { unread: 50, stalled: 5_000 },
): Omit<PlatformTransport, 'send'> & { readonly send: Transport } {
  const { send, close } = createUndiciTransport({ connections }, times)
  onTestFinished(close)
  return { send: async (sent) => toResponse(await send(sent)), close }
}

export function request(
  url: URL,
  init: { method?: Method; headers?: HeadersInit; body?: RequestBody; signal?: AbortSignal } = {},
): TransportRequest {
  return {
    method: init.method ?? (init.body === undefined ? 'GET' : 'POST'),
    url,
    headers: new Headers(init.headers),
    body: init.body,
    idempotent: false,
    signal: init.signal ?? new AbortController().signal,
  }
}

export interface WatchedSource extends ByteSource {
  /** How often it was opened. */
  readonly opened: () => number
  /** Bytes that were taken out of it. */
  readonly read: () => number
  /** What its stream was cancelled with. */
  readonly cancelled: () => readonly unknown[]
}

/** A source that yields `length` bytes in chunks, whatever its size announces. `length` may be endless. */
export function source(
  length: number,
  options: {
    size?: number | undefined
    chunk?: number
    type?: string
    stallAt?: number
    failAt?: number
    error?: Error
  } = {},
): WatchedSource {
  let opened = 0
  let read = 0
  const cancelled: unknown[] = []
  const { chunk = 65_536, type = 'application/octet-stream', stallAt, failAt, error } = options
  return {
    name: '',
    type,
    size: 'size' in options ? options.size : length,
    replayable: true,
    open() {
      opened += 1
      let at = 0
      return Promise.resolve(
        new ReadableStream<Uint8Array>(
          {
            pull(controller) {
              if (failAt !== undefined && at >= failAt) throw error
              if (stallAt !== undefined && at >= stallAt) return new Promise(() => {})
              const bytes = new Uint8Array(Math.min(chunk, length - at, (failAt ?? Number.POSITIVE_INFINITY) - at))
              for (let i = 0; i < bytes.byteLength; i += 1) bytes[i] = (at + i) % 251
              at += bytes.byteLength
              read = Math.max(read, at)
              if (bytes.byteLength > 0) controller.enqueue(bytes)
              if (at >= length) controller.close()
            },
            cancel: (reason) => void cancelled.push(reason),
          },
          { highWaterMark: 0 },
        ),
      )
    },
    opened: () => opened,
    read: () => read,
    cancelled: () => cancelled,
  }
}

/** MD5 of what {@link source} yields. */
export function md5Of(length: number): string {
  const hash = createHash('md5')
  const bytes = Buffer.alloc(251 * 1024)
  for (let i = 0; i < bytes.byteLength; i += 1) bytes[i] = i % 251
  for (let at = 0; at < length; at += bytes.byteLength)
    hash.update(bytes.subarray(0, Math.min(bytes.byteLength, length - at)))
  return hash.digest('hex')
}

/** Reads what a client sends to its end. */
export async function received(message: IncomingMessage): Promise<{ length: number; md5: string }> {
  const hash = createHash('md5')
  let length = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.byteLength
    hash.update(chunk)
  }
  return { length, md5: hash.digest('hex') }
}

/** Waits until something is so. */
export async function until(condition: () => boolean, within = 5_000): Promise<void> {
  const end = Date.now() + within
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not so within ${within} ms: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** What a promise rejects with. */
export function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`resolved with ${String(value)}`)
    },
    (error: unknown) => error,
  )
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
