import { Dhis2Error } from '../errors.js'
import type { VersionTraits } from '../versions.js'
import { mediaType } from './content-type.js'
import { dispositionOf, partHeader } from './file-name.js'
import { openChunks, openOf } from './chunks.js'
import type { Progress } from './progress.js'
import { quoted } from './refusal.js'
import type { ByteSource } from './source.js'
import { tap } from './tap.js'

/** A body to send: a source without a name. `type` is its Content-Type, boundary included. */
export interface MultipartBody extends Omit<ByteSource, 'name'> {
  /** Told by a sender that has to collect the body first: how many of its bytes are on their way. */
  readonly onSent?: ((loaded: number) => void) | undefined
}

export interface MultipartOptions {
  /** Name of the file. */
  readonly filename: string
  /** Content type of the file; see `contentTypeOf`. */
  readonly type: string
  /** How the server reads names. */
  readonly traits: VersionTraits
  /** Sends a name that cannot arrive exactly as well as it can be, instead of refusing it. Default `false`. */
  readonly anyName?: boolean | undefined
  /** Told of the file's bytes by `onSent`. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/**
 * A `multipart/form-data` body with the one part `file`. Nothing of the file is buffered. Its size is known if the
 * source's is, and it can be opened again if the source can; its boundary stays the same.
 * A source that gives more or fewer bytes than it announced fails the body before its end with {@link Dhis2Error}
 * `integrity`, so a cut-off file is never taken for a whole one.
 * @throws Dhis2Error `rejected-file` for a name that DHIS2 cannot take exactly.
 */
export function multipartBody(file: ByteSource, options: MultipartOptions): MultipartBody {
  const { filename, traits, anyName, onProgress } = options
  const partType = mediaType(options.type)
  const boundary = randomBoundary()
  const header = partHeader(dispositionOf(filename, partType, traits, { anyName }), partType)
  const before = new TextEncoder().encode(`--${boundary}\r\n${header}`)
  const after = new TextEncoder().encode(`\r\n--${boundary}--\r\n`)
  const { size, replayable } = file
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    size: size === undefined ? undefined : before.byteLength + size + after.byteLength,
    replayable,
    onSent: onProgress && ((sent) => onProgress({ loaded: ofFile(sent - before.byteLength, size), total: size })),
    open: openOf(async (openOptions) => {
      let bytes = 0
      return tap(await openChunks(file, openOptions), {
        before,
        after,
        chunk(chunk) {
          bytes += chunk.byteLength
          if (size !== undefined && bytes > size) throw changed(filename, size, 'more than that')
        },
        end() {
          if (size !== undefined && bytes < size) throw changed(filename, size, `${bytes}`)
        },
      })
    }),
  }
}

function ofFile(loaded: number, size: number | undefined): number {
  return Math.max(0, Math.min(loaded, size ?? loaded))
}

/** 128 random bits: nobody who makes a file can know them beforehand. */
function randomBoundary(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return `dhis2-files-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

function changed(filename: string, announced: number, actual: string): Dhis2Error {
  const hint = 'Upload it again when nothing writes to it any more.'
  return new Dhis2Error(
    `${quoted(filename)} changed while it was uploaded: ${announced} bytes were announced, ${actual} came. ${hint}`,
    { code: 'integrity', hint },
  )
}
