import type { ByteSource } from '../../src/bytes/source.js'

/** A pull stream of these chunks that remembers what was done to it. */
export function watched(chunks: readonly unknown[], options: { failWith?: unknown; hang?: boolean } = {}): Watched {
  const seen: Watched = { pulls: 0, cancelled: [], stream: undefined as never }
  let at = 0
  seen.stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        seen.pulls++
        if (at < chunks.length) return controller.enqueue(chunks[at++] as Uint8Array)
        if (options.hang) return new Promise(() => {})
        if ('failWith' in options) return controller.error(options.failWith)
        controller.close()
      },
      cancel: (reason) => void seen.cancelled.push(reason),
    },
    { highWaterMark: 0 },
  )
  return seen
}

export interface Watched {
  stream: ReadableStream<Uint8Array>
  pulls: number
  readonly cancelled: unknown[]
}

export interface WatchedSource extends ByteSource {
  readonly opened: Watched[]
  readonly signals: (AbortSignal | undefined)[]
}

/** A source of these chunks that remembers what was done to it. */
export function watchedSource(
  chunks: readonly unknown[],
  options: {
    replayable?: boolean
    size?: number
    name?: string
    type?: string
    hang?: boolean
    failWith?: unknown
  } = {},
): WatchedSource {
  const { replayable = true, size, name = 'a.txt', type = 'text/plain', ...rest } = options
  const opened: Watched[] = []
  const signals: (AbortSignal | undefined)[] = []
  return {
    name,
    type,
    size,
    replayable,
    opened,
    signals,
    async open(openOptions) {
      if (!replayable && opened.length > 0) throw new TypeError('opened twice')
      const one = watched(chunks, rest)
      opened.push(one)
      signals.push(openOptions?.signal)
      return one.stream
    },
  }
}

export async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return chunks
}

export async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(stream).text()
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Lets every microtask and stream callback that can run, run. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5))
}
