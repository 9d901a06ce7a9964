import { Dhis2Error, type Middleware } from '@dhis2-files/client'
import { MAX_DATA_VALUE_LIST } from './limits.js'

/** Ends a list of data values that is too long: DHIS2 sends all of it in one answer, which is held. */
export function limitLists(): Middleware {
  return (next) => async (request) => {
    const response = await next(request)
    if (!request.url.pathname.endsWith('/api/dataValueSets') || response.body === null) return response
    let size = 0
    const limited = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.byteLength
        if (size <= MAX_DATA_VALUE_LIST) return controller.enqueue(chunk)
        const hint = 'Ask for fewer periods or organisation units at a time.'
        throw new Dhis2Error(`The list of data values has more than ${MAX_DATA_VALUE_LIST} bytes. ${hint}`, {
          code: 'too-large',
          method: request.method,
          path: request.url.pathname,
          hint,
        })
      },
    })
    const { status, statusText, headers } = response
    return new Response(response.body.pipeThrough(limited), { status, statusText, headers })
  }
}
