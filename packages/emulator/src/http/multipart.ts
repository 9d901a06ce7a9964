import type { PartHeaderRules } from '../versions.js'
import { type PartHead, readPartHead } from './part-headers.js'

/** A part's header section, from its first byte to the empty line that ends it, may be this long (bytes). */
const PART_HEADER_LIMIT = 512

/** A multipart body that the server cannot read; `exception` is the class it names, where it names one. */
export class MultipartError extends Error {
  readonly exception: string | undefined
  constructor(message: string, exception?: string) {
    super(message)
    this.exception = exception
  }
}

/** Takes the bytes of one part. `end` is called once all of them were written. */
export interface PartSink {
  write(chunk: Uint8Array): void | Promise<void>
  end(): void | Promise<void>
}

export interface MultipartRules {
  readonly boundary: string
  readonly partHeaders: PartHeaderRules
  /** @default unlimited */
  readonly maxParts?: number
}

/** The boundary of a multipart content type, quotes taken off; undefined when there is none. */
export function multipartBoundary(contentType: string): string | undefined {
  const match = /;\s*boundary\s*=\s*(?:"([^"]*)"|([^;,\s]+))/i.exec(contentType)
  const boundary = match?.[1] ?? match?.[2]
  return boundary === '' ? undefined : boundary
}

const CRLF = Buffer.from('\r\n')
const HEADER_END = Buffer.from('\r\n\r\n')

type State = 'preamble' | 'after-delimiter' | 'headers' | 'part' | 'epilogue'

/**
 * Reads a multipart body chunk by chunk, holding back no more than a delimiter or a header section. `open` is asked for a
 * sink per part; undefined skips the part.
 *
 * @throws MultipartError when the body ends too early, or a part's headers are too long or unreadable
 */
export async function parseMultipart(
  chunks: AsyncIterable<Uint8Array>,
  rules: MultipartRules,
  open: (head: PartHead) => PartSink | undefined,
): Promise<void> {
  const delimiter = Buffer.from(`\r\n--${rules.boundary}`, 'latin1')
  // the delimiter starts with the line break that precedes it: the body's first line has none
  let held: Buffer = CRLF
  let state: State = 'preamble'
  let sink: PartSink | undefined
  let parts = 0

  for await (const chunk of chunks) {
    if (state === 'epilogue') continue
    held = held.length === 0 ? asBuffer(chunk) : Buffer.concat([held, chunk])
    for (let progress = true; progress; ) {
      progress = false
      if (state === 'preamble' || state === 'part') {
        const at = held.indexOf(delimiter)
        const safe = at >= 0 ? at : Math.max(0, held.length - delimiter.length + 1)
        if (state === 'part' && safe > 0) await sink?.write(held.subarray(0, safe))
        held = held.subarray(at >= 0 ? at + delimiter.length : safe)
        if (at >= 0) {
          if (state === 'part') await sink?.end()
          sink = undefined
          state = 'after-delimiter'
          progress = true
        }
      } else if (state === 'after-delimiter') {
        if (held.length < 2) break
        const mark = held.toString('latin1', 0, 2)
        if (mark === '--') {
          state = 'epilogue'
          held = Buffer.alloc(0)
          break
        }
        if (mark !== '\r\n' && mark[0] !== '\n') throw unreadable('Unexpected characters follow a boundary')
        held = held.subarray(mark === '\r\n' ? 2 : 1)
        state = 'headers'
        progress = true
      } else if (state === 'headers') {
        const end = held.indexOf(HEADER_END)
        if (end + HEADER_END.length > PART_HEADER_LIMIT || (end < 0 && held.length > PART_HEADER_LIMIT))
          throw new MultipartError(
            `Header section has more than ${PART_HEADER_LIMIT} bytes (maybe it is not properly terminated)`,
            'impl.SizeLimitExceededException',
          )
        if (end < 0) break
        if (++parts > (rules.maxParts ?? Number.POSITIVE_INFINITY))
          throw new MultipartError('attachment', 'impl.FileCountLimitExceededException')
        const head = readPartHead(held.subarray(0, end), rules.partHeaders)
        sink = head === undefined ? undefined : open(head)
        held = held.subarray(end + HEADER_END.length)
        state = 'part'
        progress = true
      }
    }
  }
  if (state !== 'epilogue' && state !== 'preamble') throw unreadable('Stream ended unexpectedly')
}

const unreadable = (reason: string) =>
  new MultipartError(`Processing of multipart/form-data request failed. ${reason}`, 'impl.IOFileUploadException')

const asBuffer = (chunk: Uint8Array) => Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
