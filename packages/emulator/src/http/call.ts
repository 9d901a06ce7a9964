import type { User } from '../state.js'
import type { Traits } from '../versions.js'
import type { Form } from './form.js'
import { ApiError, uncoded } from './web-message.js'

/** Longest body that is read into memory: JSON and text (bytes). */
const TEXT_LIMIT = 64 * 1024 * 1024

/** One request on its way to a handler. */
export class Call {
  readonly request: Request
  readonly url: URL
  readonly traits: Traits
  /** Path after context path, API number and suffix: `/api/documents`. */
  readonly path: string
  /** `https://host/context`. */
  readonly base: string
  /** `https://host/context/api`, with the API number where links keep it. */
  readonly apiBase: string
  /** What the route's `:names` stand for, decoded. */
  params: Readonly<Record<string, string>> = {}
  /** Set when the body is multipart. */
  form: Form | undefined
  readonly #user: User | undefined
  readonly #body: ReadableStream<Uint8Array> | null

  constructor(options: {
    request: Request
    body: ReadableStream<Uint8Array> | null
    url: URL
    traits: Traits
    path: string
    base: string
    apiBase: string
    user: User | undefined
  }) {
    this.request = options.request
    this.url = options.url
    this.traits = options.traits
    this.path = options.path
    this.base = options.base
    this.apiBase = options.apiBase
    this.#user = options.user
    this.#body = options.body
  }

  get method(): string {
    return this.request.method
  }

  get query(): URLSearchParams {
    return this.url.searchParams
  }

  /** Who asks. Only open routes have calls without a user. */
  get user(): User {
    if (this.#user === undefined) throw uncoded(401, 'Unauthorized')
    return this.#user
  }

  /** Who asks, where that may be nobody. */
  get caller(): User | undefined {
    return this.#user
  }

  /** The route's parameter of this name. */
  param(name: string): string {
    return this.params[name] ?? ''
  }

  /**
   * A parameter, from the query or a form field; repeated ones are joined by commas, as the server does.
   * Undefined when it is missing or empty.
   */
  parameter(name: string): string | undefined {
    const fields = this.form?.values(name) ?? []
    const query = this.query.getAll(name)
    const all = this.traits.formFieldsFirst ? [...fields, ...query] : [...query, ...fields]
    const joined = all.join(',')
    return joined === '' ? undefined : joined
  }

  /** The body's chunks; it can be read once. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    if (this.#body === null) return
    const reader = this.#body.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  }

  /** The body as UTF-8 text. */
  async text(): Promise<string> {
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of this.chunks()) {
      size += chunk.length
      if (size > TEXT_LIMIT) throw uncoded(413, 'The body is too long')
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString('utf8')
  }

  /**
   * The body as JSON.
   *
   * @throws ApiError 415 unless the content type is `type`; 409 when it is no JSON; 409, before 2.43 500, when it is empty
   */
  async json(type = 'application/json'): Promise<unknown> {
    this.requireType(type)
    const text = await this.text()
    if (text.trim() === '')
      throw uncoded(
        this.traits.jsonTypeErrorStatus,
        'No content to map due to end-of-input\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1]',
      )
    try {
      return JSON.parse(text)
    } catch (error) {
      throw uncoded(409, (error as Error).message)
    }
  }

  /** @throws ApiError 415 unless the body's content type is `type` */
  requireType(type: string): void {
    const given = this.request.headers.get('content-type') ?? ''
    if (given.split(';')[0]?.trim().toLowerCase() === type) return
    const { mediaTypeWord, unsupported } = this.traits
    const named =
      given === ''
        ? ''
        : `'${given
            .split(';')
            .map((part) => part.trim())
            .join(';')}' `
    throw new ApiError(415, `${mediaTypeWord} ${named}${unsupported}`)
  }
}
