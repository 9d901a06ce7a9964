import type { Middleware } from '@dhis2-files/client'
import type { Output } from './output/output.js'

/** `--verbose`: a line for each request and answer. Neither headers nor bodies are shown, so no secret is. */
export function trace(out: Output): Middleware {
  return (next) => async (request) => {
    const line = `${request.method} ${request.url.pathname}${decodeURI(request.url.search)}`
    const started = performance.now()
    const took = (): string => `${Math.round(performance.now() - started)} ms`
    try {
      const response = await next(request)
      out.trace(`${line} → ${response.status} in ${took()}`)
      return response
    } catch (error) {
      out.trace(`${line} → ${error instanceof Error ? error.message : String(error)} after ${took()}`)
      throw error
    }
  }
}
