/** What {@link watchBody} tells about a body while it is read. */
export interface BodyWatch {
  /** The reader wants a chunk and waits for it. */
  onPull?(): void
  onChunk?(chunk: Uint8Array): void
  /** Read to its end, failed, or cancelled. Called once. */
  onEnd(): void
  /** Changes the error that the reader gets. */
  mapError?(error: unknown): Promise<unknown>
  /** Errors the stream at once when it aborts, also between two reads. */
  readonly signal?: AbortSignal
}

/** The same response with a body that reports what happens to it. A response without a body ends at once. */
export function watchBody(response: Response, watch: BodyWatch): Response {
  const source = response.body
  if (source === null) {
    watch.onEnd()
    return response
  }
  return copyResponse(response, watchStream(source, watch))
}

/** A stream that hands on `source` chunk by chunk, with backpressure and without buffering. */
export function watchStream(source: ReadableStream<Uint8Array>, watch: BodyWatch): ReadableStream<Uint8Array> {
  const reader = source.getReader()
  let ended = false
  const end = (): void => {
    if (ended) return
    ended = true
    watch.signal?.removeEventListener('abort', abort)
    watch.onEnd()
  }
  let abort = (): void => undefined
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        abort = () => {
          const reason: unknown = watch.signal?.reason
          end()
          controller.error(reason)
          reader.cancel(reason).catch(() => undefined)
        }
        if (watch.signal?.aborted) abort()
        else watch.signal?.addEventListener('abort', abort)
      },
      async pull(controller) {
        watch.onPull?.()
        try {
          const { done, value } = await reader.read()
          if (ended) return
          if (done) {
            end()
            controller.close()
            return
          }
          watch.onChunk?.(value)
          controller.enqueue(value)
        } catch (error) {
          if (ended) return
          end()
          controller.error(watch.mapError ? await watch.mapError(error) : error)
        }
      },
      async cancel(reason) {
        end()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

/** The same status and headers with another body. */
export function copyResponse(response: Response, body: BodyInit | null): Response {
  const { status, statusText, headers } = response
  return new Response(body, { status, statusText, headers })
}

/**
 * Reads at most `limit` bytes as text, for at most `patience` ms, and cancels the rest. Never rejects: what came before a
 * failure or an abort is the answer.
 */
export async function readText(
  response: Response,
  limit: number,
  signal: AbortSignal,
  patience?: number,
): Promise<string> {
  if (response.body === null) return ''
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  const cancel = (): void => void reader.cancel(signal.reason).catch(() => undefined)
  const timer = patience === undefined ? undefined : setTimeout(cancel, patience)
  signal.addEventListener('abort', cancel)
  let text = ''
  let left = limit
  try {
    while (left > 0 && !signal.aborted) {
      const { done, value } = await reader.read()
      if (done) return text + decoder.decode()
      text += decoder.decode(value.subarray(0, left), { stream: true })
      left -= value.byteLength
    }
  } catch {
    // a broken error page is still an error page
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', cancel)
    reader.cancel().catch(() => undefined)
  }
  return text
}

/** Ends a body that nobody will read, so that its connection is free again. */
export function discard(response: Response): void {
  response.body?.cancel().catch(() => undefined)
}
