import { Dhis2Error } from '../errors.js'
import type { Md5 } from '../platform.js'
import type { ByteSource } from './source.js'
import type { Chunks } from './chunks.js'
import { tap, tapSource } from './tap.js'

/** What flowed through a source. */
export interface Digest {
  /** Lower-case hex. */
  readonly md5: string
  /** Bytes. */
  readonly size: number
}

/** A source that knows what was read from it. */
export interface DigestingSource extends ByteSource {
  /** Of the last time that it was read to its end; `undefined` before. */
  result(): Digest | undefined
}

/** Hashes and counts the bytes of a source while they are read. */
export function digesting(source: ByteSource, createMd5: () => Promise<Md5>): DigestingSource {
  let last: Digest | undefined
  const tapped = tapSource(source, async () => {
    const hash = await createMd5()
    let bytes = 0
    return {
      chunk(chunk) {
        bytes += chunk.byteLength
        return hash.update(chunk)
      },
      async end() {
        last = { md5: await hash.digest(), size: bytes }
      },
      broken: () => hash.dispose?.(),
    }
  })
  return { ...tapped, result: () => last }
}

/** What bytes are compared with. What is `undefined` is not compared. */
export interface Expected {
  /** Bytes. */
  readonly size?: number | undefined
  /** Hex, in either case. */
  readonly md5?: string | undefined
  readonly createMd5: () => Promise<Md5>
  /** What is being read, as the subject of a sentence: `The download of document AbcDefGhi12`. */
  readonly describe: string
}

/**
 * The same bytes, failing with {@link Dhis2Error} `integrity` (retryable) where they would end if their length or
 * MD5 differ from what is expected, and as soon as there are more of them than expected.
 */
export function verifying(chunks: Chunks, expected: Expected): Chunks {
  const { size, md5, createMd5, describe } = expected
  let hash: Md5 | undefined
  let bytes = 0
  return tap(chunks, {
    async start() {
      if (md5 !== undefined) hash = await createMd5()
    },
    chunk(chunk) {
      bytes += chunk.byteLength
      if (size !== undefined && bytes > size) {
        throw broken(`${describe} is longer than it should be: ${size} bytes expected, ${bytes} came so far.`)
      }
      return hash?.update(chunk)
    },
    async end() {
      if (size !== undefined && bytes !== size) {
        throw broken(`${describe} was cut off: ${size} bytes expected, ${bytes} came.`)
      }
      const actual = await hash?.digest()
      if (md5 !== undefined && actual !== md5.toLowerCase()) {
        throw broken(
          `${describe} has the wrong content: MD5 ${md5.toLowerCase()} expected, ${actual} came (${bytes} bytes).`,
        )
      }
    },
    broken: () => hash?.dispose?.(),
  })
}

/**
 * A source that fails with the error that `makeError` makes as soon as more than `max` bytes have been read from it.
 * `makeError` is told how many came so far: at least so long is the file.
 */
export function limited(source: ByteSource, max: number, makeError: (loaded: number) => Error): ByteSource {
  return tapSource(source, () => {
    let loaded = 0
    return {
      chunk(chunk) {
        loaded += chunk.byteLength
        if (loaded > max) throw makeError(loaded)
      },
    }
  })
}

function broken(message: string): Dhis2Error {
  return new Dhis2Error(message, { code: 'integrity', retryable: true })
}

/**
 * Reads a source to its end for its length and MD5. Holds no more than a chunk or two.
 * @throws `signal.reason` after an abort, which cancels the stream; and what the source throws.
 */
export async function digestOf(source: DigestingSource, signal?: AbortSignal): Promise<Digest | undefined> {
  const stream = await source.open({ signal })
  await stream.pipeTo(new WritableStream(), signal === undefined ? {} : { signal })
  return source.result()
}
