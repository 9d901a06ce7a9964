import { JSON_UTF8, NO_CACHE_PRIVATE, type Reply, type SecurityPolicy, json, reply } from './reply.js'

/** DHIS2's envelope for everything that is not plain data (WIRE.md 8.2). */
export interface WebMessage {
  httpStatus: string
  httpStatusCode: number
  status: 'OK' | 'WARNING' | 'ERROR'
  message?: string
  devMessage?: string
  errorCode?: string
  response?: object
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

/** Reason phrase of a status. */
export function reason(status: number): string {
  return REASONS[status] ?? `Status ${status}`
}

/** The envelope; members that are undefined are left out. */
export function webMessage(status: number, extra: Partial<WebMessage> = {}): WebMessage {
  const message: WebMessage = {
    httpStatus: reason(status),
    httpStatusCode: status,
    status: status < 400 ? 'OK' : 'ERROR',
  }
  return Object.assign(message, Object.fromEntries(Object.entries(extra).filter(([, value]) => value !== undefined)))
}

/** The envelope as the answer of a controller: charset, no cache headers. */
export function messageReply(status: number, extra: Partial<WebMessage> = {}): Reply {
  return json(webMessage(status, extra), { status })
}

/** The envelope around an object or import report: like `messageReply`, errors are not cacheable. */
export function reportReply(status: number, extra: Partial<WebMessage>): Reply {
  return json(webMessage(status, extra), {
    status,
    headers: { 'cache-control': status < 400 ? undefined : NO_CACHE_PRIVATE },
  })
}

/** How an error reaches the wire. */
export type ErrorRendering =
  /** By the exception advice: negotiated by Accept, never cacheable. */
  | 'advice'
  /** By the controller: JSON whatever Accept says, no cache header. */
  | 'controller'
  /** JSON with charset, whatever Accept says (401, tokens). */
  | 'plain'

/** An error that a handler throws; the pipeline turns it into an answer. */
export class ApiError extends Error {
  readonly status: number
  readonly extra: Partial<WebMessage>
  readonly rendering: ErrorRendering
  readonly headers: Readonly<Record<string, string>>
  policy: SecurityPolicy = 'api'

  constructor(
    status: number,
    message: string,
    options: Partial<WebMessage> & { rendering?: ErrorRendering; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message)
    const { rendering = 'advice', headers = {}, ...extra } = options
    this.status = status
    this.rendering = rendering
    this.headers = headers
    this.extra = { message, ...extra }
  }
}

/** An error that the container answers with its own HTML page. */
export class ContainerError extends Error {
  readonly status: number
  /** `message`: what its page says beside the status. */
  constructor(status: number, message: string = reason(status)) {
    super(message)
    this.status = status
  }
}

/** 404 by exception type: carries E1005. */
export const notFound = (message: string): ApiError => new ApiError(404, message, { errorCode: 'E1005' })
/** 404 of an object by type and uid. */
export const objectNotFound = (type: string, uid: string): ApiError =>
  notFound(`${type} with id ${uid} could not be found.`)
/** 403 by exception type: carries E1006. */
export const forbidden = (message: string): ApiError => new ApiError(403, message, { errorCode: 'E1006' })
/** 409 by exception type: carries E1004, unless another code is given. */
export const conflict = (message: string, errorCode = 'E1004'): ApiError => new ApiError(409, message, { errorCode })
/** 400 by exception type: carries E1003. */
export const badRequest = (message: string): ApiError => new ApiError(400, message, { errorCode: 'E1003' })
/** An error without a code: plain text of a check, argument mismatch, or a web-layer conflict. */
export const uncoded = (status: number, message: string): ApiError => new ApiError(status, message)

/** Renders an error that was not negotiated away. */
export function errorReply(error: ApiError, adviceContentType: string): Reply {
  const made = reply(
    error.status,
    {
      'content-type': error.rendering === 'plain' ? JSON_UTF8 : adviceContentType,
      'cache-control': error.rendering === 'advice' ? NO_CACHE_PRIVATE : undefined,
      ...error.headers,
    },
    JSON.stringify(webMessage(error.status, error.extra)),
  )
  made.policy = error.policy
  made.kind = error.rendering === 'advice' ? 'error' : 'other'
  return made
}
