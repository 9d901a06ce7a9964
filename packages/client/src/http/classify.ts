import { Dhis2Error, type Dhis2ErrorCode, isDhis2Error, withDetails } from '../errors.js'
import { type ErrorReport, errorReportsOf, parseWebMessage } from '../models/web-message.js'
import type { Clock } from './clock.js'
import type { Classification, Refusal } from './classification.js'
import type { Answer } from './answer.js'
import type { ConnectionFailure } from './connection-errors.js'
import { isSafe, pathOf, requestLine } from './request-line.js'
import { readText, watchBody } from './response-body.js'
import { retryAfterOf } from './retry-after.js'
import { type Send, type TransportRequest, Unsent } from './transport.js'

/** How much of an error's body is read, in bytes, and for how long, in milliseconds. */
const BODY_LIMIT = 1_048_576
const BODY_PATIENCE = 15_000

/** What {@link withClassification} needs to know of the call. */
export interface ClassifyOptions {
  /** What the call does, to begin the message with: `upload "report.pdf"`. */
  readonly what: string
  readonly clock: Clock
  /** Takes the secrets out of a text that a server wrote. */
  readonly redact: (text: string) => string
}

/**
 * The layer that turns an answer or an exception into a success or a {@link Dhis2Error}, by the rows of
 * `CLASSIFICATION`. The only reader of statuses and WebMessages. Success is 2xx and 304; its body is not touched.
 */
export function withClassification(next: Send, options: ClassifyOptions): Send {
  return async (request) => {
    // loaded beside the first request, not after it: what makes that fail may keep the table away as well
    void loadTable()
    let response: Answer
    try {
      response = await next(request)
    } catch (error) {
      if (request.signal.aborted) throw request.signal.reason
      if (!(error instanceof Unsent)) throw await noAnswer(error, request, options)
      if (error.response) throw await refusalError(error.response, error.request, options)
      const { cause } = error
      // one that others get too: each has its own, which counts its own attempts
      throw isDhis2Error(cause) ? withDetails(cause, '', {}) : await noAnswer(cause, error.request, options)
    }
    if (response.ok || response.status === 304) {
      return watchBody(response, {
        async mapError(error) {
          if (request.signal.aborted) return request.signal.reason
          return isDhis2Error(error)
            ? error
            : connectionError(error, 'was cut off while its answer came', request, options)
        },
      })
    }
    throw await refusalError(response, request, options)
  }
}

async function noAnswer(error: unknown, request: TransportRequest, options: ClassifyOptions): Promise<Dhis2Error> {
  return isDhis2Error(error) ? error : connectionError(error, 'got no answer', request, options)
}

async function refusalError(
  response: Answer,
  request: TransportRequest,
  options: ClassifyOptions,
): Promise<Dhis2Error> {
  const text = options.redact(await readText(response, BODY_LIMIT, request.signal, BODY_PATIENCE))
  if (request.signal.aborted) throw request.signal.reason
  const refusal = refusalOf(response, request, text)
  const row = await rowOf(refusal)
  const given = typeof row.hint === 'function' ? row.hint(refusal) : row.hint
  const hint = given && options.redact(given)
  const code = refusal.errorCode === undefined ? '' : ` ${refusal.errorCode}`
  const said = refusal.said === '' ? '' : `: ${refusal.said}`
  const status = refusal.status === 0 ? 'a hidden redirect' : String(refusal.status)
  const message = sentence(`Cannot ${options.what}: ${requestLine(request)} answered ${status}${code}${said}`, hint)
  return new Dhis2Error(options.redact(message), {
    code: row.code,
    retryable: row.retryable,
    doubtful: row.doubtful === true && !isSafe(request),
    method: request.method,
    path: options.redact(pathOf(request.url)),
    status: refusal.status === 0 ? undefined : refusal.status,
    errorCode: refusal.errorCode,
    retryAfter: row.retryable ? retryAfterOf(response.headers, options.clock.now()) : undefined,
    hint,
  })
}

type Table = typeof import('./classification.js')

let table: Table | undefined

/** A failure is not kept: the next request tries again. */
async function loadTable(): Promise<Table | undefined> {
  table ??= await import('./classification.js').catch(() => undefined)
  return table
}

/** Without the table only the general is known: a server's failure is worth another try. */
async function rowOf(refusal: Refusal): Promise<Pick<Classification, 'code' | 'retryable' | 'doubtful' | 'hint'>> {
  const known = await loadTable()
  if (known !== undefined) return known.CLASSIFICATION.find((row) => row.matches(refusal)) ?? known.UNKNOWN_ANSWER
  const hint = 'What the answer means could not be looked up: a part of the client did not load.'
  const failed = refusal.status >= 500 || refusal.status === 429
  return { code: failed ? 'server' : 'protocol', retryable: failed, doubtful: true, hint }
}

function refusalOf(response: Answer, request: TransportRequest, text: string): Refusal {
  const type = response.headers.get('content-type') ?? ''
  const html = /html/i.test(type) || /^\s*<(!doctype|html)/i.test(text)
  const message = html ? undefined : parseWebMessage(text)
  const reports = errorReportsOf(message)
  return {
    method: request.method,
    url: request.url,
    status: response.type === 'opaqueredirect' ? 0 : response.status,
    headers: response.headers,
    text,
    html,
    message,
    reports,
    errorCode: [message?.errorCode, reports[0]?.errorCode].find(
      (code) => code !== undefined && /^\w{1,20}$/.test(code),
    ),
    said: saidBy(text, html, message?.message, reports),
    location: locationOf(response, request.url),
  }
}

function saidBy(text: string, html: boolean, message: string | undefined, reports: readonly ErrorReport[]): string {
  if (html) {
    const title = /<title[^>]{0,200}>([^<]{0,1000})/i.exec(text)?.[1]
    return title === undefined ? 'a web page' : `a web page titled “${oneLine(title)}”`
  }
  if (reports.length > 0) {
    const shown = [...new Set(reports.slice(0, 3).map(reportLine))].join('; ')
    return oneLine(reports.length > 3 ? `${shown}; and ${reports.length - 3} more` : shown)
  }
  return oneLine(message ?? text)
}

/** A report about tracker objects is about one of several: it says which, and which rule it breaks. */
function reportLine({ message, errorCode, trackerType, uid }: ErrorReport): string {
  return trackerType === undefined || uid === undefined ? message : `${trackerType} ${uid}: ${errorCode} ${message}`
}

function oneLine(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}

function locationOf(response: Answer, base: URL): URL | undefined {
  const location = response.headers.get('location')
  if (location === null || !URL.canParse(location, base)) return undefined
  const url = new URL(location, base)
  url.username = ''
  url.password = ''
  return url
}

/** Failures that are no matter of the network. */
const CODES: ReadonlyMap<ConnectionFailure['kind'], Dhis2ErrorCode> = new Map([
  ['proxy-sign-in', 'unauthenticated'],
  ['proxy-forbids', 'forbidden'],
])

/** Failures that no repeat mends. */
const FINAL: ReadonlySet<ConnectionFailure['kind']> = new Set(['tls', 'closed', 'proxy-sign-in', 'proxy-forbids'])

async function connectionError(
  error: unknown,
  how: string,
  request: TransportRequest,
  options: ClassifyOptions,
): Promise<Dhis2Error> {
  const failure = await explain(error)
  const text =
    error instanceof Error
      ? oneLine(
          options.redact(failure.message || deepest(error).message || error.message || failure.code || error.name),
        )
      : 'unknown failure'
  const { host } = request.url
  const hint = failure.hint === '' ? undefined : failure.hint
  return new Dhis2Error(
    options.redact(sentence(`Cannot ${options.what}: ${requestLine(request)} ${how}, from ${host}: ${text}`, hint)),
    {
      code: CODES.get(failure.kind) ?? 'network',
      retryable: !FINAL.has(failure.kind),
      doubtful: failure.sent !== 'never' && !isSafe(request),
      method: request.method,
      path: options.redact(pathOf(request.url)),
      hint,
      cause: error,
    },
  )
}

/** The table of codes is loaded when it is needed, which may fail on the very connection that failed: then less is known. */
async function explain(error: unknown): Promise<ConnectionFailure> {
  try {
    const { connectionFailure } = await import('./connection-errors.js')
    return connectionFailure(error)
  } catch {
    return { sent: 'maybe', kind: 'other', hint: '', code: undefined }
  }
}

function deepest(error: Error): Error {
  let current = error
  for (let depth = 0; depth < 8 && current.cause instanceof Error; depth++) current = current.cause
  return current
}

function sentence(text: string, hint: string | undefined): string {
  const ended = /[.!?…]$/.test(text) ? text : `${text}.`
  return hint === undefined ? ended : `${ended} ${hint}`
}
