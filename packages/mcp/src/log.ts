import type { Logger } from '@dhis2-files/client'

/** A logger that writes lines to a stream, never to stdout: that belongs to the protocol. */
export function streamLogger(stream: NodeJS.WritableStream, options: { readonly verbose: boolean }): Logger {
  const line = (message: string, details: Readonly<Record<string, unknown>> | undefined): void => {
    const more = details === undefined ? '' : ` ${JSON.stringify(details)}`
    // one line each, whatever a server has put into it
    stream.write(`dhis2-files-mcp: ${`${message}${more}`.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')}\n`)
  }
  return {
    warn: line,
    ...(options.verbose && { debug: line }),
  }
}
