import type { Dhis2ErrorCode } from '../errors.js'
import type { ErrorReport, WebMessage } from '../models/web-message.js'
import type { AnswerHeaders } from './answer.js'
import type { Method } from './transport.js'

/** What is known about an answer that is not a success. */
export interface Refusal {
  readonly method: Method
  readonly url: URL
  readonly status: number
  readonly headers: Pick<AnswerHeaders, 'get'>
  /** The first 1 MiB of the body. */
  readonly text: string
  readonly html: boolean
  readonly message: WebMessage | undefined
  readonly reports: readonly ErrorReport[]
  /** DHIS2's own code: of the envelope, else of the first report. */
  readonly errorCode: string | undefined
  /** What the server says happened, in one line. */
  readonly said: string
  /** Where a redirect points. */
  readonly location: URL | undefined
}

/** How one kind of answer is understood. The first row that matches counts. */
export interface Classification {
  readonly id: string
  readonly matches: (refusal: Refusal) => boolean
  readonly code: Dhis2ErrorCode
  readonly retryable?: boolean
  /** The server may have done the work all the same. */
  readonly doubtful?: boolean
  readonly hint?: string | ((refusal: Refusal) => string)
}

const FILE_BYTES = /\/(data|files?|image|icon)$|\/attachments\/\w+$/
const REFUSED_IMAGE = /^(Wrong file extension|Invalid content type)/
const TOO_LARGE = /^File size can't be bigger than/

const has = (refusal: Refusal, ...codes: string[]): boolean =>
  codes.includes(refusal.errorCode ?? '') || refusal.reports.some((r) => codes.includes(r.errorCode))

/** DHIS2 cuts this answer to the length of the file that it did not find. */
const isCut = (refusal: Refusal): boolean => refusal.message === undefined && /^\{"httpStatus"/.test(refusal.text)

/** Where a report speaks of tracker objects: its codes mean other things there. */
const isTracker = (refusal: Refusal): boolean => refusal.url.pathname.endsWith('/tracker')

const redirect = (refusal: Refusal): boolean => refusal.status >= 300 && refusal.status < 400

/** Every answer that is not a success, from the special to the general. WIRE.md 1.3, 1.10, 2, 3.5, 4.3, 8.1, 8.2, 9. */
export const CLASSIFICATION: Classification[] = [
  {
    id: 'redirect-to-login',
    matches: (r) => redirect(r) && /\/(login|dhis-web-login|oauth2|saml|sso)\b/i.test(r.location?.pathname ?? ''),
    code: 'unauthenticated',
    hint: 'The server redirects to its login page: the credentials are missing or have expired.',
  },
  {
    id: 'redirect-to-https',
    matches: (r) =>
      redirect(r) &&
      r.url.protocol === 'http:' &&
      r.location?.protocol === 'https:' &&
      r.location.hostname === r.url.hostname,
    code: 'protocol',
    hint: (r) => `The server wants HTTPS: use the base URL ${baseAfterRedirect(r)}.`,
  },
  {
    id: 'redirect',
    matches: (r) => redirect(r),
    code: 'protocol',
    hint: (r) =>
      r.location
        ? `The server redirects to ${r.location.origin}${r.location.pathname}, and redirects are not followed: is the base URL right?`
        : 'Redirects are not followed: is the base URL right?',
  },
  {
    id: 'token-refused',
    matches: (r) => r.status === 400 && /\bApiToken\b/i.test(r.headers.get('www-authenticate') ?? ''),
    code: 'unauthenticated',
    hint: 'The personal access token is not one of this server, or was not copied whole.',
  },
  {
    id: 'unauthenticated',
    matches: (r) => r.status === 401,
    code: 'unauthenticated',
    hint: 'Check the user name and password or the token, and that the account is not locked, disabled or asking for a second factor.',
  },
  {
    id: 'proxy-asks-for-sign-in',
    matches: (r) => r.status === 407,
    code: 'unauthenticated',
    hint: 'A proxy on the way asks for its own user name and password.',
  },
  {
    id: 'csrf',
    matches: (r) => r.status === 403 && /csrf/i.test(r.said),
    code: 'forbidden',
    hint: 'The server has http.security.csrf.enabled: the XSRF-TOKEN cookie must be sent back in X-XSRF-TOKEN (pass xsrfToken, or let the client keep the cookies).',
  },
  {
    id: 'data-value-bytes',
    matches: (r) => r.status === 403 && !r.html && /\/fileResources\/\w+\/data$/.test(r.url.pathname),
    code: 'forbidden',
    hint: 'Files of data values, events and attributes are not served here: use /api/dataValues/files, /api/tracker/events/{event}/dataValues/{dataElement}/file, /api/tracker/trackedEntities/{trackedEntity}/attributes/{attribute}/file or /api/audits/files/{uid}. An avatar needs F_USER_VIEW.',
  },
  {
    id: 'forbidden-by-proxy',
    matches: (r) => r.status === 403 && r.html,
    code: 'forbidden',
    hint: 'The answer is a web page, not DHIS2’s: a proxy or firewall on the way refuses the request.',
  },
  {
    id: 'forbidden',
    matches: (r) => r.status === 403,
    code: 'forbidden',
    hint: 'The user lacks an authority or is not allowed by the object’s sharing.',
  },
  {
    id: 'no-conversation',
    // JSON, but none of DHIS2's envelopes
    matches: (r) => r.status === 404 && /"No MessageConversation found/.test(r.text),
    code: 'not-found',
  },
  {
    id: 'no-dhis2-here',
    matches: (r) => r.status === 404 && r.message === undefined,
    code: 'not-found',
    hint: 'The answer is not DHIS2’s: is the base URL right, with its context path?',
  },
  { id: 'not-found', matches: (r) => r.status === 404, code: 'not-found' },
  {
    id: 'no-data-value',
    // 404 from 2.43 on, but not for its file
    matches: (r) => r.status === 409 && r.said === 'Data value does not exist',
    code: 'not-found',
  },
  { id: 'gone', matches: (r) => r.status === 410, code: 'not-found' },
  { id: 'method-not-offered', matches: (r) => r.status === 405 || r.status === 501, code: 'unsupported' },
  { id: 'request-timeout', matches: (r) => r.status === 408, code: 'timeout', retryable: true, doubtful: true },
  {
    id: 'too-large-for-proxy',
    matches: (r) => r.status === 413,
    code: 'too-large',
    hint: 'A proxy in front of DHIS2 refuses a body of this size: raise its limit (nginx: client_max_body_size).',
  },
  {
    id: 'rate-limited',
    matches: (r) => r.status === 429,
    code: 'rate-limited',
    retryable: true,
  },
  {
    id: 'too-large',
    matches: (r) => TOO_LARGE.test(r.said),
    code: 'too-large',
    hint: (r) =>
      /\b(25000000|2000000|8000000)\b/.test(/than (\d+)/.exec(r.said)?.[1] ?? '')
        ? 'This limit is DHIS2’s own for the domain: make the image smaller.'
        : 'The limit is max.file_upload_size in the server’s dhis.conf.',
  },
  {
    id: 'already-exists',
    matches: (r) => r.status === 409 && !isTracker(r) && has(r, 'E1119', 'E5000', 'E5003'),
    code: 'already-exists',
    hint: (r) =>
      has(r, 'E5003')
        ? 'Another object has the same value in a unique property.'
        : 'An object with this uid is on the server already.',
  },
  {
    id: 'content-on-its-way',
    matches: (r) =>
      r.status === 409 &&
      (r.message?.response?.['fileResource'] !== undefined || /content is being processed/i.test(r.said)),
    code: 'not-yet-stored',
    retryable: true,
    hint: 'DHIS2 stores files after it has answered: wait, or look whether the file was lost.',
  },
  {
    id: 'no-content',
    matches: (r) => r.status === 409 && has(r, 'E6103'),
    code: 'lost-content',
    hint: 'The server knows the file but has no bytes for it.',
  },
  {
    id: 'store-failed',
    matches: (r) =>
      r.status === 409 &&
      (has(r, 'E6102') || /^Failed (fetching the file|to fetch file resource) from storage/.test(r.said)),
    code: 'server',
    retryable: true,
    hint: 'The server’s file store does not work: see its log and filestore.* in dhis.conf.',
  },
  {
    id: 'blocked-type',
    matches: (r) => has(r, 'E6101'),
    code: 'rejected-file',
    hint: 'DHIS2 takes no files of this type or extension: rename the file, or pack it into a .zip.',
  },
  {
    id: 'empty-file',
    matches: (r) => r.status === 409 && /file is empty/i.test(r.said),
    code: 'rejected-file',
    hint: 'DHIS2 takes no empty files.',
  },
  {
    id: 'wrong-image-type',
    matches: (r) => r.status === 409 && REFUSED_IMAGE.test(r.said),
    code: 'rejected-file',
    hint: 'The extension must be lower case and of the listed types, and the content type must fit.',
  },
  {
    id: 'name-too-long',
    matches: (r) => r.status === 409 && /value too long for type/.test(r.said),
    code: 'rejected-file',
    hint: 'A name may have 230 characters.',
  },
  {
    id: 'invalid-file-value',
    matches: (r) => has(r, 'E2027') || (has(r, 'E1007', 'E1302') && /invalid image format/.test(r.said)),
    code: 'rejected-file',
    hint: 'The file’s size or type does not fit what the data element or attribute takes.',
  },
  {
    id: 'undecodable-image',
    matches: (r) => r.status === 500 && /^Failed to resize image/.test(r.said),
    code: 'rejected-file',
    hint: 'The bytes are no image that DHIS2 can read: save it as PNG or JPEG again.',
  },
  {
    id: 'part-header-too-long',
    matches: (r) => r.status === 500 && /Header section has more than/.test(r.said),
    code: 'rejected-file',
    hint: 'The file’s name is too long for an upload: make it shorter.',
  },
  {
    id: 'delete-refused-without-reason',
    matches: (r) =>
      r.status === 409 && r.method === 'DELETE' && r.reports.length === 0 && r.message?.response !== undefined,
    code: 'forbidden',
    hint: 'DHIS2 gives no reason when it refuses to delete: usually the F_DOCUMENT_DELETE authority or write access by sharing is missing.',
  },
  {
    id: 'tracker-file-taken',
    matches: (r) => isTracker(r) && has(r, 'E1009'),
    code: 'conflict',
    hint: 'A file can be attached once: upload it again as a new file.',
  },
  {
    id: 'tracker-no-such-file',
    matches: (r) => isTracker(r) && has(r, 'E1007', 'E1302') && /File resource .* could not be found/.test(r.said),
    code: 'conflict',
    hint: 'A value is the uid of no file that is on the server: another one of the same object may be the one.',
  },
  {
    id: 'tracker-object-unknown',
    matches: (r) => isTracker(r) && has(r, 'E1032', 'E1063', 'E1081', 'E1082', 'E1113', 'E1114'),
    code: 'not-found',
  },
  {
    id: 'tracker-forbidden',
    matches: (r) =>
      isTracker(r) && has(r, 'E1000', 'E1001', 'E1003', 'E1083', 'E1091', 'E1095', 'E1096', 'E1099', 'E1102', 'E1104'),
    code: 'forbidden',
    hint: 'The user lacks write access to the organisation unit, the program or the type.',
  },
  {
    id: 'attachment-used',
    matches: (r) => r.status === 409 && /is already used or not a valid attachment/.test(r.said),
    code: 'conflict',
    hint: 'A file can be the attachment of one message, and must be of domain MESSAGE_ATTACHMENT: upload it again.',
  },
  {
    id: 'attachment-unknown',
    matches: (r) => r.status === 409 && /^Attachment '.*' not found/.test(r.said),
    code: 'not-found',
  },
  {
    id: 'icon-exists',
    matches: (r) => r.status === 400 && /^Icon with key .* already exists/.test(r.said),
    code: 'already-exists',
    hint: 'An icon has this key already.',
  },
  {
    id: 'default-icon',
    matches: (r) => r.status === 400 && /^Not allowed to \w+ default icon/.test(r.said),
    code: 'forbidden',
    hint: 'The icons that come with DHIS2 cannot be changed.',
  },
  {
    id: 'unreadable-request',
    // 500 on 41 and 42, 409 from 43 on
    matches: (r) =>
      (r.status === 500 || (r.status === 409 && r.errorCode === undefined)) &&
      r.message !== undefined &&
      /^(Cannot deserialize|Unexpected|Unrecognized)|\bJSON\b|multipart request/.test(r.said),
    code: 'protocol',
    hint: 'The server could not read the request: something on the way may have changed it.',
  },
  { id: 'conflict', matches: (r) => r.status === 409 || r.status === 412 || r.status === 422, code: 'conflict' },
  {
    id: 'bytes-missing',
    matches: (r) =>
      r.status === 500 &&
      (r.method === 'GET' || r.method === 'HEAD') &&
      FILE_BYTES.test(r.url.pathname) &&
      !r.html &&
      (r.text.length <= 64 || /^key '.*' not found/.test(r.said) || isCut(r)),
    code: 'not-yet-stored',
    retryable: true,
    hint: 'The server has no bytes for this file: they are on their way, or were lost.',
  },
  {
    id: 'malformed-uid',
    // 404 on 41 and 42
    matches: (r) => r.status === 400 && /^Value '.*' is not valid for path parameter uid/.test(r.said),
    code: 'not-found',
    hint: 'A uid is a letter and ten letters or digits.',
  },
  {
    id: 'http-on-https-port',
    // nginx, Apache httpd, Tomcat
    matches: (r) =>
      r.status === 400 &&
      r.url.protocol === 'http:' &&
      /plain HTTP request was sent to HTTPS port|plain HTTP to an SSL-enabled|host and port requires TLS/i.test(r.text),
    code: 'protocol',
    hint: (r) => `The port speaks HTTPS: the base URL begins with https://${r.url.host}.`,
  },
  {
    id: 'malformed-request',
    matches: (r) => r.status === 400,
    code: 'protocol',
    hint: 'The server does not understand a parameter of the request.',
  },
  {
    id: 'not-acceptable',
    matches: (r) => r.status === 406 || r.status === 415,
    code: 'protocol',
    hint: 'The server does not take or give this content type: a header of the request may be changed on the way.',
  },
  {
    id: 'proxy-has-no-answer',
    matches: (r) => r.status === 502 || r.status === 503 || r.status === 504,
    code: 'server',
    retryable: true,
    doubtful: true,
    hint: (r) =>
      r.html
        ? 'A proxy answers for DHIS2, which is down, restarting or too slow.'
        : 'The server is not ready to answer.',
  },
  {
    id: 'server-error',
    // it may fail after the database has the change, while it makes the answer
    matches: (r) => r.status >= 500 && r.message !== undefined,
    code: 'server',
    retryable: true,
    doubtful: true,
    hint: 'See the server’s log.',
  },
  {
    id: 'broken-server-error',
    matches: (r) => r.status >= 500,
    code: 'server',
    retryable: true,
    doubtful: true,
    hint: 'The answer is not DHIS2’s own: see the logs of the server and of the proxies before it.',
  },
  {
    id: 'hidden-redirect',
    matches: (r) => r.status === 0,
    code: 'unauthenticated',
    hint: 'The server redirects, and the browser does not say where: the session may have ended, or the base URL is wrong.',
  },
]

/** What is left when no row matches: a status that DHIS2 does not use. */
export const UNKNOWN_ANSWER: Classification = { id: 'unknown-answer', matches: () => true, code: 'protocol' }

function baseAfterRedirect(refusal: Refusal): string {
  const { url, location } = refusal
  if (location === undefined) return ''
  const api = url.pathname.indexOf('/api')
  const base = api > 0 && location.pathname.startsWith(url.pathname.slice(0, api)) ? url.pathname.slice(0, api) : ''
  return location.origin + base
}
