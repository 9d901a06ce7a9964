import type { BlobStore } from '../storage/blob-store.js'
import { Spool, type Spooled, discard } from '../storage/spool.js'
import type { Traits } from '../versions.js'
import { MultipartError, multipartBoundary, parseMultipart } from './multipart.js'
import { uncoded } from './web-message.js'

/** A file part that was received whole. */
export interface UploadedFile {
  /** As the client named it, paths and all. */
  readonly filename: string
  readonly contentType: string | undefined
  readonly spooled: Spooled
}

/** Longest form field (bytes); more is cut off. */
const FIELD_LIMIT = 2 * 1024 * 1024

/** A multipart body: fields by name, and the first file part of each name. */
export class Form {
  readonly #fields = new Map<string, string[]>()
  readonly #files = new Map<string, UploadedFile>()

  /** Values of a form field. */
  values(name: string): readonly string[] {
    return this.#fields.get(name) ?? []
  }

  /** The file part of this name. */
  file(name: string): UploadedFile | undefined {
    return this.#files.get(name)
  }

  /** Every file part that was kept. */
  get files(): readonly UploadedFile[] {
    return [...this.#files.values()]
  }

  /** Removes temporary files that nobody took over. */
  async dispose(): Promise<void> {
    const left = [...this.#files.values()].filter(({ spooled }) => spooled.adopted !== true)
    await Promise.all(left.map(({ spooled }) => discard(spooled)))
  }

  /**
   * Receives a multipart body.
   *
   * @throws ApiError 500 with the parser's text when it cannot be read
   */
  static async receive(
    chunks: AsyncIterable<Uint8Array>,
    contentType: string,
    traits: Traits,
    blobs: BlobStore,
  ): Promise<Form> {
    const form = new Form()
    const open = new Set<Spool>()
    try {
      const boundary = multipartBoundary(contentType)
      if (boundary === undefined)
        throw new MultipartError(
          'the request was rejected because no multipart boundary was found',
          'FileUploadException',
        )
      const rules = { boundary, partHeaders: traits.partHeaders, maxParts: traits.maxParts }
      await parseMultipart(chunks, rules, ({ name, filename, contentType }) => {
        if (filename === undefined) return form.#receiveField(name)
        if (form.#files.has(name)) return undefined
        const spool = new Spool(blobs.spoolFolder)
        open.add(spool)
        return {
          write: (chunk) => spool.write(chunk),
          end: async () => {
            open.delete(spool)
            if (!form.#files.has(name)) form.#files.set(name, { filename, contentType, spooled: await spool.finish() })
          },
        }
      })
      return form
    } catch (error) {
      await Promise.all([...open].map((spool) => spool.abandon()))
      await form.dispose()
      if (!(error instanceof MultipartError)) throw error
      const { multipartErrorPrefix: prefix } = traits
      const named = prefix === '' || error.exception === undefined ? '' : `${prefix}${error.exception}: `
      throw uncoded(500, named + error.message)
    }
  }

  #receiveField(name: string): { write(chunk: Uint8Array): void; end(): void } {
    const chunks: Uint8Array[] = []
    let size = 0
    return {
      write(chunk) {
        size += chunk.length
        if (size <= FIELD_LIMIT) chunks.push(chunk)
      },
      end: () => {
        const values = this.#fields.get(name) ?? []
        values.push(Buffer.concat(chunks).toString('utf8'))
        this.#fields.set(name, values)
      },
    }
  }
}
