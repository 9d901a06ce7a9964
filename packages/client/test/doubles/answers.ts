/** A JSON answer. */
export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json', ...headers } })
}

const PHRASES: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** DHIS2's envelope around a refusal. */
export function refusal(
  status: number,
  message: string,
  errorCode?: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const httpStatus = PHRASES[status] ?? 'Unknown'
  return json({ httpStatus, httpStatusCode: status, status: 'ERROR', message, errorCode }, status, headers)
}

/** A refusal with an object report, as `/api/documents` answers. */
export function objectReport(
  status: number,
  ...reports: readonly (readonly [code: string, message: string])[]
): Response {
  const errorReports = reports.map(([errorCode, message]) => ({ message, errorCode, mainKlass: 'Document' }))
  const message = 'One or more errors occurred, please see full details in import report.'
  const response = { responseType: 'ObjectReport', klass: 'org.hisp.dhis.document.Document', errorReports }
  return json({ httpStatus: PHRASES[status], httpStatusCode: status, status: 'ERROR', message, response }, status)
}

/** A web page, as proxies and containers send. */
export function page(status: number, title: string, headers: Readonly<Record<string, string>> = {}): Response {
  const text = `<!doctype html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`
  return new Response(text, { status, headers: { 'content-type': 'text/html;charset=utf-8', ...headers } })
}

/** What `/api/system/info` says. */
export function systemInfo(version = '2.43.1', more: Readonly<Record<string, unknown>> = {}): Response {
  return json({ version, revision: 'abc', serverDate: '2026-08-21T10:00:00.000', contextPath: '', ...more })
}

/** An answer whose body is these chunks, which then breaks off, hangs or ends. */
export function dripping(
  chunks: readonly (string | Uint8Array)[],
  end: 'close' | 'hang' | Error = 'close',
  init: ResponseInit = { headers: { 'content-type': 'application/json' } },
): Response & { readonly cancelled: () => boolean } {
  let at = 0
  let cancelled = false
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[at++]
        if (chunk !== undefined) {
          controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk)
          return
        }
        if (end === 'close') return controller.close()
        if (end === 'hang') return new Promise<void>(() => undefined)
        controller.error(end)
      },
      cancel() {
        cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return Object.assign(new Response(body, init), { cancelled: () => cancelled })
}
