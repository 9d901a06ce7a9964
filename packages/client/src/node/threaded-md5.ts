import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Md5 } from '../platform.js'

/** The whole of the other thread: it needs no file of its own, so that bundlers have nothing to miss. */
const HASHING = `
const { parentPort } = require('node:worker_threads')
const hash = require('node:crypto').createHash('md5')
parentPort.on('message', (bytes) => {
  if (bytes === null) parentPort.postMessage(hash.digest('hex'))
  else parentPort.postMessage(hash.update(bytes) && bytes, [bytes.buffer])
})`

/** Bytes that are handed over at once, and how many such blocks there are. */
const BLOCK = 1_048_576
const BLOCKS = 6

/** MD5 in a thread of its own. Chunks are copied into a few blocks that go to and fro; when all are away, `update` asks to wait. */
export class ThreadedMd5 implements Md5 {
  #worker: Worker | undefined
  #made = 0
  #filled = 0
  #block: Uint8Array<ArrayBuffer> | undefined
  readonly #free: Uint8Array<ArrayBuffer>[] = []
  #wake: (() => void) | undefined
  #failure: Error | undefined

  update(chunk: Uint8Array): void | Promise<void> {
    let at = 0
    while (at < chunk.byteLength) {
      this.#block ??= this.#take()
      if (this.#block === undefined) return this.#later(chunk.subarray(at))
      const part = chunk.subarray(at, at + BLOCK - this.#filled)
      this.#block.set(part, this.#filled)
      this.#filled += part.byteLength
      at += part.byteLength
      if (this.#filled === BLOCK) this.#hand()
    }
  }

  async digest(): Promise<string> {
    this.#hand()
    const worker = this.#start()
    worker.postMessage(null)
    try {
      for (;;) {
        if (this.#failure) throw this.#failure
        const [answer] = (await once(worker, 'message')) as [unknown]
        if (typeof answer === 'string') return answer
      }
    } finally {
      this.dispose()
    }
  }

  dispose(): void {
    void this.#worker?.terminate()
    this.#wake?.()
  }

  async #later(rest: Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => (this.#wake = resolve))
    this.#wake = undefined
    if (this.#failure) throw this.#failure
    await this.update(rest)
  }

  #take(): Uint8Array<ArrayBuffer> | undefined {
    const block = this.#free.pop()
    if (block !== undefined || this.#made === BLOCKS) return block
    this.#made++
    return new Uint8Array(BLOCK)
  }

  #hand(): void {
    const block = this.#block
    if (block === undefined) return
    const bytes = this.#filled === BLOCK ? block : block.slice(0, this.#filled)
    this.#block = undefined
    this.#filled = 0
    if (bytes.byteLength > 0) this.#start().postMessage(bytes, [bytes.buffer])
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker
    const worker = new Worker(HASHING, { eval: true })
    worker.on('message', (block: unknown) => {
      if (block instanceof Uint8Array && block.byteLength === BLOCK) this.#free.push(block as Uint8Array<ArrayBuffer>)
      this.#wake?.()
    })
    worker.on('error', (error: Error) => {
      this.#failure = error
      this.#wake?.()
    })
    this.#worker = worker
    return worker
  }
}
