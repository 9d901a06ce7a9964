import { bytesSource, type ByteSource } from '@dhis2-files/client'
import { ToolError } from '../errors.js'
import { openBelow } from '../sandbox/read.js'
import type { Root } from '../sandbox/roots.js'
import type { ToolCall } from '../tool.js'

/** Where the bytes of an upload come from: exactly one of the first three. */
export interface UploadInput {
  /** A file below a root. */
  readonly path?: string | undefined
  /** Text, sent as UTF-8. */
  readonly text?: string | undefined
  /** Bytes, as base64. */
  readonly content_base64?: string | undefined
  /** Name of the file in DHIS2. Needed unless `path` is given. */
  readonly filename?: string | undefined
}

/** Something to upload, which is closed afterwards. */
interface Upload {
  readonly source: ByteSource
  close(): Promise<void>
}

/**
 * Opens what is to be uploaded.
 * @throws ToolError
 */
async function openUpload(
  input: UploadInput,
  { roots, limit }: { readonly roots: readonly Root[]; readonly limit: number },
): Promise<Upload> {
  const given = (['path', 'text', 'content_base64'] as const).filter((name) => input[name] !== undefined)
  if (given.length !== 1) {
    const what = given.length === 0 ? 'None of them is given.' : `${given.join(' and ')} are given.`
    throw new ToolError('invalid-input', `Pass one of path, text and content_base64. ${what}`)
  }
  if (input.path !== undefined) return openBelow(input.path, roots)
  if (input.filename === undefined || input.filename === '') {
    throw new ToolError('invalid-input', 'Pass filename: a file without a path has no name of its own.')
  }
  const bytes = input.text !== undefined ? textBytes(input.text, limit) : decoded(input.content_base64 ?? '', limit)
  return { source: bytesSource(bytes, { name: input.filename }), close: () => Promise.resolve() }
}

function textBytes(text: string, limit: number): Uint8Array {
  const size = Buffer.byteLength(text, 'utf8')
  if (size > limit) throw tooLarge(size, limit)
  return new TextEncoder().encode(text)
}

/** Opens what is to be uploaded, hands it over, and closes it. @throws ToolError, and what `send` throws */
export async function withUpload<T>(
  input: UploadInput,
  { roots, maxInline: limit }: Pick<ToolCall, 'roots' | 'maxInline'>,
  send: (source: ByteSource) => Promise<T>,
): Promise<T> {
  const upload = await openUpload(input, { roots, limit })
  try {
    return await send(upload.source)
  } finally {
    await upload.close()
  }
}

/** As RFC 4648 has it, with its padding: what is sloppy may have been cut. */
function decoded(text: string, limit: number): Uint8Array {
  const base64 = text.replace(/\s+/g, '')
  const size = Math.floor((base64.length * 3) / 4) - (base64.match(/=*$/)?.[0].length ?? 0)
  if (size > limit) throw tooLarge(size, limit)
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) {
    throw new ToolError(
      'invalid-input',
      'content_base64 is not base64, or was cut: nothing was sent. Pass all of it, with its padding.',
    )
  }
  return new Uint8Array(Buffer.from(base64, 'base64'))
}

function tooLarge(size: number, limit: number): ToolError {
  const most =
    limit === 0 ? 'this server takes no files inside messages' : `${limit} bytes fit into a message (--max-inline)`
  return new ToolError(
    'too-large',
    `The file has ${size} bytes, and ${most}. Put it below a root and pass path instead.`,
  )
}
