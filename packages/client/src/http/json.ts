import { Dhis2Error } from '../errors.js'
import { type Answer, chunksOf } from './answer.js'
import { isSafe, pathOf, requestLine } from './request-line.js'
import { discard } from './response-body.js'
import type { TransportRequest } from './transport.js'

/** How much JSON is read, in bytes: the longest page of a list fits many times. */
const LIMIT = 128 * 1_048_576

/**
 * Reads the answer to a request as JSON, whole.
 * @throws Dhis2Error `protocol` when it is none: a web page, cut off, empty (all three retryable), without end.
 */
export async function readJson(response: Answer, request: TransportRequest, what: string): Promise<unknown> {
  const broken = (why: string, retryable?: boolean): Dhis2Error =>
    notAsItShould(response, request, what, why, retryable)
  const text = await boundedText(response, () =>
    broken(`more than ${LIMIT} bytes of JSON, which this client does not read.`, false),
  )
  try {
    return JSON.parse(text) as unknown
  } catch {
    if (text.trim() === '') throw broken('an empty body where JSON was expected.')
    if (/^\s*</.test(text)) throw broken(`a web page where JSON was expected. ${IS_IT_DHIS2}`)
    throw broken('JSON that is cut off or malformed.')
  }
}

/**
 * Lets go of an answer whose status says everything, unless it cannot be DHIS2's.
 * @throws Dhis2Error `protocol` for a web page: something on the way answers, and DHIS2 did not do what was asked
 */
export async function readNothing(response: Answer, request: TransportRequest, what: string): Promise<void> {
  discard(response)
  if (isPage(response)) throw notAsItShould(response, request, what, `a web page. ${IS_IT_DHIS2}`)
}

/** Whether an answer says that it is a web page. */
export function isPage(response: Answer): boolean {
  return /html/i.test(response.headers.get('content-type') ?? '')
}

const IS_IT_DHIS2 = 'Is the base URL right, with no proxy or sign-in page before DHIS2?'

/** The error of a success that is none of DHIS2's. */
function notAsItShould(
  response: Answer,
  request: Pick<TransportRequest, 'method' | 'url'>,
  what: string,
  why: string,
  retryable = response.status !== 304,
): Dhis2Error {
  return new Dhis2Error(`Cannot ${what}: ${requestLine(request)} answered ${response.status} with ${why}`, {
    code: 'protocol',
    retryable,
    doubtful: !isSafe(request),
    method: request.method,
    path: pathOf(request.url),
    status: response.status,
  })
}

async function boundedText(answer: Answer, tooMuch: () => Dhis2Error): Promise<string> {
  const chunks = chunksOf(answer)
  if (chunks === undefined) return ''
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for (let chunk = await chunks.next(); chunk !== undefined; chunk = await chunks.next()) {
    size += chunk.byteLength
    if (size > LIMIT) {
      const error = tooMuch()
      chunks.cancel(error).catch(() => undefined)
      throw error
    }
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
