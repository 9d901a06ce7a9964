import type { ByteSource } from './source.js'
import { type Taps, tapSource } from './tap.js'

/** How far the bytes of a file have come. */
export interface Progress {
  /** Bytes so far. Starts at 0 again when the file is sent or read again. */
  readonly loaded: number
  /** Bytes in all; `undefined` when they are not known before the end. */
  readonly total: number | undefined
}

/**
 * A source that reports its bytes as they are read: 0 when it is opened, then after each chunk. It does not throttle.
 * What `onProgress` throws fails the stream.
 */
export function withProgress(source: ByteSource, onProgress: (progress: Progress) => void): ByteSource {
  return tapSource(source, () => progressTaps(source.size, onProgress))
}

/** What reports the bytes of one reading. */
export function progressTaps(total: number | undefined, onProgress: (progress: Progress) => void): Taps {
  let loaded = 0
  return {
    start: () => onProgress({ loaded, total }),
    chunk(chunk) {
      loaded += chunk.byteLength
      onProgress({ loaded, total })
    },
  }
}
