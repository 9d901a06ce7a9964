import { type Chunks, fromStream, toStream } from '../bytes/chunks.js'

/** The headers of an answer, as far as the stack reads them. */
export interface AnswerHeaders extends Iterable<[string, string]> {
  get(name: string): string | null
  getSetCookie(): string[]
}

/** What an answer says before its body. */
export interface AnswerHead {
  readonly status: number
  readonly statusText: string
  readonly headers: AnswerHeaders
}

/**
 * An answer inside the stack. A `Response` is one. Most bodies are read by the client alone, so what the layers make of an
 * answer is a {@link LightAnswer}, and a `Response` is made where a caller gets one.
 */
export interface Answer extends AnswerHead {
  readonly ok: boolean
  readonly type?: Response['type']
  readonly body: ReadableStream<Uint8Array> | null
}

/** An answer whose body is chunks. It becomes a stream when somebody asks for one. */
export class LightAnswer implements Answer {
  readonly status: number
  readonly statusText: string
  readonly headers: AnswerHeaders
  /** To be read once, here or as `body`; `undefined` where there are none. */
  readonly chunks: Chunks | undefined
  #stream: ReadableStream<Uint8Array> | null | undefined

  constructor({ status, statusText, headers }: AnswerHead, chunks: Chunks | undefined) {
    this.status = status
    this.statusText = statusText
    this.headers = headers
    this.chunks = chunks
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  get body(): ReadableStream<Uint8Array> | null {
    this.#stream ??= this.chunks ? toStream(this.chunks) : null
    return this.#stream
  }
}

/** The body of an answer, to be read once; `undefined` where there is none. */
export function chunksOf(answer: Answer): Chunks | undefined {
  if (answer instanceof LightAnswer) return answer.chunks
  return answer.body === null ? undefined : fromStream(answer.body)
}

/** The answer as callers get it. */
export function toResponse(answer: Answer): Response {
  if (answer instanceof Response) return answer
  const { status, statusText, headers, body } = answer
  return new Response(body, { status, statusText, headers: [...headers] })
}
