import { describe, expect, it } from 'vitest'
import type { Dhis2ErrorCode } from '../../src/errors.js'
import { CLASSIFICATION } from '../../src/http/classification.js'
import { withClassification } from '../../src/http/classify.js'
import type { Method } from '../../src/http/transport.js'
import { json, objectReport, page, refusal } from '../doubles/answers.js'
import { failure } from '../doubles/failure.js'
import { FakeClock } from '../doubles/fake-clock.js'

interface Case {
  readonly row: string
  readonly when: string
  readonly request: `${Method} ${string}`
  readonly response: () => Response
  readonly code: Dhis2ErrorCode
  readonly retryable?: boolean
  readonly doubtful?: boolean
  readonly hint: RegExp | undefined
}

const redirect = (location: string, status = 302): Response => new Response(null, { status, headers: { location } })
const trackerReport = (code: string, message: string): Response =>
  json(
    {
      status: 'ERROR',
      validationReport: {
        errorReports: [{ message, errorCode: code, trackerType: 'EVENT', uid: 'EventUid001' }],
        warningReports: [],
      },
    },
    409,
  )
const hidden = (): Response =>
  Object.defineProperties(new Response(null), {
    status: { value: 0 },
    ok: { value: false },
    type: { value: 'opaqueredirect' },
  })

const DATA = 'GET https://dhis2.test/api/fileResources/AbcDefGhi12/data'
const UPLOAD = 'POST https://dhis2.test/api/fileResources?domain=DOCUMENT'
const CREATE = 'POST https://dhis2.test/api/documents'
const GET = 'GET https://dhis2.test/api/documents/AbcDefGhi12'
const TRACKER = 'POST https://dhis2.test/api/tracker?async=false'

/** Bodies as in WIRE.md and the recordings. */
const CASES: readonly Case[] = [
  {
    row: 'redirect-to-login',
    when: '41 redirects to its login page',
    request: GET,
    response: () => redirect('https://dhis2.test/dhis-web-login'),
    code: 'unauthenticated',
    hint: /login page: the credentials are missing/,
  },
  {
    row: 'redirect-to-login',
    when: '44 redirects to its login page',
    request: GET,
    response: () => redirect('/login/'),
    code: 'unauthenticated',
    hint: /login page/,
  },
  {
    row: 'redirect-to-login',
    when: 'a proxy redirects to single sign-on',
    request: GET,
    response: () => redirect('https://id.test/oauth2/start?rd=x', 303),
    code: 'unauthenticated',
    hint: /login page/,
  },
  {
    row: 'redirect-to-https',
    when: 'a server wants HTTPS',
    request: 'GET http://dhis2.test/hmis/api/documents',
    response: () => redirect('https://dhis2.test/hmis/api/documents', 301),
    code: 'protocol',
    hint: /wants HTTPS: use the base URL https:\/\/dhis2\.test\/hmis\.$/,
  },
  {
    row: 'redirect-to-https',
    when: 'a server wants HTTPS on another port',
    request: 'POST http://dhis2.test:8080/api/fileResources',
    response: () => redirect('https://dhis2.test/', 308),
    code: 'protocol',
    hint: /base URL https:\/\/dhis2\.test\.$/,
  },
  {
    row: 'redirect',
    when: 'a server redirects elsewhere',
    request: GET,
    response: () => redirect('https://new.test/api/x?token=1', 307),
    code: 'protocol',
    hint: /^The server redirects to https:\/\/new\.test\/api\/x, and redirects are not followed/,
  },
  {
    row: 'redirect',
    when: 'a redirect says nowhere',
    request: GET,
    response: () => new Response(null, { status: 302 }),
    code: 'protocol',
    hint: /^Redirects are not followed/,
  },
  {
    row: 'token-refused',
    when: 'a token has a wrong checksum',
    request: GET,
    response: () => refusal(400, 'Checksum validation failed', undefined, { 'www-authenticate': 'ApiToken' }),
    code: 'unauthenticated',
    hint: /personal access token/,
  },
  {
    row: 'unauthenticated',
    when: 'the password is wrong',
    request: GET,
    response: () => refusal(401, 'Unauthorized'),
    code: 'unauthenticated',
    hint: /user name and password or the token/,
  },
  {
    row: 'unauthenticated',
    when: 'a proxy wants a password',
    request: GET,
    response: () => page(401, '401 Authorization Required'),
    code: 'unauthenticated',
    hint: /user name and password/,
  },
  {
    row: 'proxy-asks-for-sign-in',
    when: 'a proxy on the way wants a password',
    request: GET,
    response: () => page(407, 'Proxy'),
    code: 'unauthenticated',
    hint: /proxy on the way asks/,
  },
  {
    row: 'csrf',
    when: 'the XSRF token is missing',
    request: CREATE,
    response: () =>
      refusal(403, 'Could not verify the provided CSRF token because no token was found to compare.', 'E1006'),
    code: 'forbidden',
    hint: /X-XSRF-TOKEN/,
  },
  {
    row: 'data-value-bytes',
    when: 'a file is of domain DATA_VALUE',
    request: DATA,
    response: () => refusal(403, 'File resource not found or not accessible: AbcDefGhi12', 'E1006'),
    code: 'forbidden',
    hint: /use \/api\/dataValues\/files, .*\/api\/audits\/files\/\{uid\}/,
  },
  {
    row: 'forbidden-by-proxy',
    when: 'a firewall refuses',
    request: UPLOAD,
    response: () => page(403, '403 Forbidden'),
    code: 'forbidden',
    hint: /proxy or firewall/,
  },
  {
    row: 'forbidden-by-proxy',
    when: 'a firewall refuses the bytes of a file',
    request: DATA,
    response: () => page(403, '403 Forbidden'),
    code: 'forbidden',
    hint: /proxy or firewall/,
  },
  {
    row: 'forbidden',
    when: 'an authority is missing',
    request: CREATE,
    response: () => refusal(403, "You don't have the proper permissions to create this object.", 'E1006'),
    code: 'forbidden',
    hint: /lacks an authority/,
  },
  {
    row: 'no-conversation',
    when: 'there is no such conversation',
    request: 'POST https://dhis2.test/api/messageConversations/AbcDefGhi12',
    response: () => json({ message: 'No MessageConversation found with UID: AbcDefGhi12' }, 404),
    code: 'not-found',
    hint: undefined,
  },
  {
    row: 'no-dhis2-here',
    when: 'a container knows no such route',
    request: GET,
    response: () => page(404, 'HTTP Status 404 – Not Found'),
    code: 'not-found',
    hint: /is the base URL right, with its context path/,
  },
  {
    row: 'no-dhis2-here',
    when: 'another application answers in JSON',
    request: GET,
    response: () => json({ error: 'no route', status: 404 }, 404),
    code: 'not-found',
    hint: /is the base URL right/,
  },
  {
    row: 'not-found',
    when: 'there is no such object',
    request: GET,
    response: () => refusal(404, 'Document with id AbcDefGhi12 could not be found.', 'E1005'),
    code: 'not-found',
    hint: undefined,
  },
  {
    row: 'no-data-value',
    when: 'there is no such data value',
    request: 'GET https://dhis2.test/api/dataValues/files',
    response: () => refusal(409, 'Data value does not exist', 'E2032'),
    code: 'not-found',
    hint: undefined,
  },
  {
    row: 'gone',
    when: 'it is gone',
    request: GET,
    response: () => new Response('gone', { status: 410 }),
    code: 'not-found',
    hint: undefined,
  },
  {
    row: 'method-not-offered',
    when: 'a file resource is to be deleted',
    request: 'DELETE https://dhis2.test/api/fileResources/AbcDefGhi12',
    response: () =>
      json(
        {
          httpStatus: 'Method Not Allowed',
          httpStatusCode: 405,
          status: 'ERROR',
          message: "Request method 'DELETE' is not supported",
        },
        405,
      ),
    code: 'unsupported',
    hint: undefined,
  },
  {
    row: 'method-not-offered',
    when: 'a proxy knows no such method',
    request: GET,
    response: () => page(501, 'Not implemented'),
    code: 'unsupported',
    hint: undefined,
  },
  {
    row: 'request-timeout',
    when: 'a proxy waited too long for the body',
    request: UPLOAD,
    response: () => page(408, 'Request Timeout'),
    code: 'timeout',
    retryable: true,
    doubtful: true,
    hint: undefined,
  },
  {
    row: 'too-large-for-proxy',
    when: 'nginx refuses the size',
    request: UPLOAD,
    response: () => page(413, '413 Request Entity Too Large'),
    code: 'too-large',
    hint: /client_max_body_size/,
  },
  {
    row: 'rate-limited',
    when: 'there are too many requests',
    request: UPLOAD,
    response: () => new Response('slow down', { status: 429 }),
    code: 'rate-limited',
    retryable: true,
    hint: undefined,
  },
  {
    row: 'too-large',
    when: 'a file is over the cap',
    request: UPLOAD,
    response: () => refusal(409, "File size can't be bigger than 10000000, current file size 10000001"),
    code: 'too-large',
    hint: /max\.file_upload_size/,
  },
  {
    row: 'too-large',
    when: 'an avatar is over its own cap',
    request: UPLOAD,
    response: () => refusal(409, "File size can't be bigger than 2000000, current file size 2000001"),
    code: 'too-large',
    hint: /make the image smaller/,
  },
  {
    row: 'already-exists',
    when: 'a file has the uid',
    request: UPLOAD,
    response: () => refusal(409, 'FileResource already exists: `fr987654321`', 'E1119'),
    code: 'already-exists',
    hint: /with this uid/,
  },
  {
    row: 'already-exists',
    when: 'a document has the uid, and the file',
    request: CREATE,
    response: () => objectReport(409, ['E4016', 'taken'], ['E5000', 'Found matching object for reference']),
    code: 'already-exists',
    hint: /with this uid/,
  },
  {
    row: 'already-exists',
    when: 'a document has the code',
    request: CREATE,
    response: () => objectReport(409, ['E5003', 'Property `code` with value `X` already exists']),
    code: 'already-exists',
    hint: /unique property/,
  },
  {
    row: 'content-on-its-way',
    when: 'a value’s file is not stored yet',
    request: 'GET https://dhis2.test/api/dataValues/files',
    response: () =>
      json(
        {
          httpStatus: 'Conflict',
          httpStatusCode: 409,
          status: 'ERROR',
          message: 'x',
          response: { responseType: 'FileResource', fileResource: {} },
        },
        409,
      ),
    code: 'not-yet-stored',
    retryable: true,
    hint: /stores files after it has answered/,
  },
  {
    row: 'content-on-its-way',
    when: '43 says that the content is being processed',
    request: 'GET https://dhis2.test/api/dataValues/files',
    response: () => refusal(409, 'The content is being processed and is not available yet. Try again later.'),
    code: 'not-yet-stored',
    retryable: true,
    hint: /stores files/,
  },
  {
    row: 'no-content',
    when: 'a file has no bytes',
    request: 'GET https://dhis2.test/api/dataValues/files',
    response: () => refusal(409, 'File resource content is missing', 'E6103'),
    code: 'lost-content',
    hint: /has no bytes/,
  },
  {
    row: 'store-failed',
    when: 'the store fails',
    request: 'GET https://dhis2.test/api/dataValues/files',
    response: () => refusal(409, 'File content could not be read', 'E6102'),
    code: 'server',
    retryable: true,
    hint: /filestore/,
  },
  {
    row: 'store-failed',
    when: 'the store fails on 42',
    request: 'GET https://dhis2.test/api/dataValues/files',
    response: () => refusal(409, 'Failed fetching the file from storage'),
    code: 'server',
    retryable: true,
    hint: /filestore/,
  },
  {
    row: 'blocked-type',
    when: 'a type is blocked',
    request: UPLOAD,
    response: () => refusal(409, 'File type not allowed', 'E6101'),
    code: 'rejected-file',
    hint: /pack it into a \.zip/,
  },
  {
    row: 'empty-file',
    when: 'a file is empty',
    request: UPLOAD,
    response: () => refusal(409, 'Could not read file or file is empty.', 'E1004'),
    code: 'rejected-file',
    hint: /no empty files/,
  },
  {
    row: 'wrong-image-type',
    when: 'an icon has another extension',
    request: UPLOAD,
    response: () => refusal(409, 'Wrong file extension, valid extensions are: png'),
    code: 'rejected-file',
    hint: /lower case/,
  },
  {
    row: 'wrong-image-type',
    when: 'an avatar has another type',
    request: UPLOAD,
    response: () => refusal(409, 'Invalid content type, valid content types are: image/jpeg,image/png,image/gif'),
    code: 'rejected-file',
    hint: /lower case/,
  },
  {
    row: 'name-too-long',
    when: 'a name is too long',
    request: UPLOAD,
    response: () => refusal(409, 'ERROR: value too long for type character varying(230)'),
    code: 'rejected-file',
    hint: /230 characters/,
  },
  {
    row: 'invalid-file-value',
    when: 'a file does not fit its data element',
    request: 'POST https://dhis2.test/api/dataValues',
    response: () => refusal(409, 'File resource exceeds the limit', 'E2027'),
    code: 'rejected-file',
    hint: /does not fit/,
  },
  {
    row: 'undecodable-image',
    when: 'an image cannot be read',
    request: UPLOAD,
    response: () => refusal(500, 'Failed to resize image: src cannot be null'),
    code: 'rejected-file',
    hint: /PNG or JPEG/,
  },
  {
    row: 'part-header-too-long',
    when: 'a part’s header is too long',
    request: UPLOAD,
    response: () =>
      refusal(
        500,
        'SizeLimitExceededException: Header section has more than 512 bytes (maybe it is not properly terminated)',
      ),
    code: 'rejected-file',
    hint: /make it shorter/,
  },
  {
    row: 'delete-refused-without-reason',
    when: 'a document may not be deleted',
    request: 'DELETE https://dhis2.test/api/documents/AbcDefGhi12',
    response: () => objectReport(409),
    code: 'forbidden',
    hint: /F_DOCUMENT_DELETE/,
  },
  {
    row: 'tracker-file-taken',
    when: 'a file is attached elsewhere',
    request: TRACKER,
    response: () => trackerReport('E1009', 'File resource is already assigned'),
    code: 'conflict',
    hint: /can be attached once/,
  },
  {
    row: 'tracker-no-such-file',
    when: 'a value is the uid of no file',
    request: TRACKER,
    response: () => trackerReport('E1302', 'File resource X could not be found'),
    code: 'conflict',
    hint: /uid of no file/,
  },
  {
    row: 'tracker-object-unknown',
    when: 'there is no such event',
    request: TRACKER,
    response: () => trackerReport('E1032', 'Event does not exist'),
    code: 'not-found',
    hint: undefined,
  },
  {
    row: 'tracker-forbidden',
    when: 'a user may not write there',
    request: TRACKER,
    response: () => trackerReport('E1000', 'No write access'),
    code: 'forbidden',
    hint: /lacks write access/,
  },
  {
    row: 'attachment-used',
    when: 'an attachment is used',
    request: 'POST https://dhis2.test/api/messageConversations',
    response: () => refusal(409, "Attachment 'x' is already used or not a valid attachment", 'E1004'),
    code: 'conflict',
    hint: /attachment of one message/,
  },
  {
    row: 'attachment-unknown',
    when: 'an attachment is not there',
    request: 'POST https://dhis2.test/api/messageConversations',
    response: () => refusal(409, "Attachment 'x' not found", 'E1004'),
    code: 'not-found',
    hint: undefined,
  },
  {
    row: 'icon-exists',
    when: 'an icon has the key',
    request: 'POST https://dhis2.test/api/icons',
    response: () => refusal(400, 'Icon with key abc already exists', 'E1003'),
    code: 'already-exists',
    hint: /icon has this key/,
  },
  {
    row: 'default-icon',
    when: 'a default icon is to be changed',
    request: 'PUT https://dhis2.test/api/icons/abc',
    response: () => refusal(400, 'Not allowed to update default icon', 'E1003'),
    code: 'forbidden',
    hint: /come with DHIS2/,
  },
  {
    row: 'conflict',
    when: 'a document’s file is not there',
    request: CREATE,
    response: () => objectReport(409, ['E4015', 'could not find']),
    code: 'conflict',
    hint: undefined,
  },
  {
    row: 'conflict',
    when: 'an entity cannot be processed',
    request: CREATE,
    response: () => refusal(422, 'no'),
    code: 'conflict',
    hint: undefined,
  },
  {
    row: 'bytes-missing',
    when: 'a file’s bytes are missing',
    request: DATA,
    response: () =>
      new Response(null, { status: 500, headers: { 'content-type': 'application/json', 'content-length': '0' } }),
    code: 'not-yet-stored',
    retryable: true,
    hint: /has no bytes for this file/,
  },
  {
    row: 'bytes-missing',
    when: 'they are asked for by HEAD',
    request: DATA.replace('GET', 'HEAD') as Case['request'],
    response: () => new Response(null, { status: 500 }),
    code: 'not-yet-stored',
    retryable: true,
    hint: /has no bytes/,
  },
  {
    row: 'bytes-missing',
    when: 'the JSON is cut to a short file’s length',
    request: 'GET https://dhis2.test/api/documents/AbcDefGhi12/data',
    response: () => new Response('{"httpStatus', { status: 500 }),
    code: 'not-yet-stored',
    retryable: true,
    hint: /has no bytes/,
  },
  {
    row: 'bytes-missing',
    when: 'the JSON is cut to a longer file’s length',
    request: 'GET https://dhis2.test/api/documents/AbcDefGhi12/data',
    response: () =>
      new Response(
        '{"httpStatus":"Internal Server Error","httpStatusCode":500,"status":"ERROR","message":"key \'document/75a3',
        { status: 500 },
      ),
    code: 'not-yet-stored',
    retryable: true,
    hint: /has no bytes/,
  },
  {
    row: 'bytes-missing',
    when: 'the JSON is whole',
    request: 'GET https://dhis2.test/api/documents/AbcDefGhi12/data',
    response: () => refusal(500, "key 'document/75a3' not found."),
    code: 'not-yet-stored',
    retryable: true,
    hint: /has no bytes/,
  },
  {
    row: 'unreadable-request',
    when: 'an upload is no multipart',
    request: UPLOAD,
    response: () => refusal(500, 'Current request is not a multipart request'),
    code: 'protocol',
    hint: /could not read the request/,
  },
  {
    row: 'unreadable-request',
    when: '43 cannot read a body',
    request: CREATE,
    response: () => refusal(409, 'Unexpected end-of-input within/between Object entries\n at [Source: REDACTED]'),
    code: 'protocol',
    hint: /could not read the request/,
  },
  {
    row: 'malformed-uid',
    when: '43 is asked for what is no uid',
    request: 'GET https://dhis2.test/api/fileResources/abc',
    response: () => refusal(400, "Value 'abc' is not valid for path parameter uid. UID must be an alphanumeric string"),
    code: 'not-found',
    hint: /a letter and ten/,
  },
  ...[
    page(400, '400 The plain HTTP request was sent to HTTPS port'),
    new Response('Bad Request\r\nThis combination of host and port requires TLS.\r\n', { status: 400 }),
    page(400, "You're speaking plain HTTP to an SSL-enabled server port."),
  ].map(
    (response, i): Case => ({
      row: 'http-on-https-port',
      when: `${['nginx', 'Tomcat', 'Apache'][i]} is asked for http on its port for https`,
      request: 'GET http://dhis2.test:8443/dhis/api/documents',
      response: () => response.clone(),
      code: 'protocol',
      hint: /base URL begins with https:\/\/dhis2\.test:8443\./,
    }),
  ),
  {
    row: 'malformed-request',
    when: 'a property is unknown',
    request: GET,
    response: () => refusal(400, 'Unknown path property: storageKey', 'E1003'),
    code: 'protocol',
    hint: /does not understand a parameter/,
  },
  {
    row: 'not-acceptable',
    when: 'a type is not acceptable',
    request: GET,
    response: () => page(406, 'HTTP Status 406 – Not Acceptable'),
    code: 'protocol',
    hint: /content type/,
  },
  {
    row: 'not-acceptable',
    when: 'a body’s type is not supported',
    request: CREATE,
    response: () =>
      json(
        { httpStatus: 'Unsupported Media Type', status: 'ERROR', message: "Content-Type 'x' is not supported" },
        415,
      ),
    code: 'protocol',
    hint: /content type/,
  },
  ...([502, 503, 504] as const).map(
    (status): Case => ({
      row: 'proxy-has-no-answer',
      when: `a proxy answers ${status}`,
      request: UPLOAD,
      response: () => page(status, 'nginx'),
      code: 'server',
      retryable: true,
      doubtful: true,
      hint: /proxy answers for DHIS2/,
    }),
  ),
  {
    row: 'proxy-has-no-answer',
    when: 'a server is starting',
    request: UPLOAD,
    response: () => new Response('starting', { status: 503 }),
    code: 'server',
    retryable: true,
    doubtful: true,
    hint: /not ready to answer/,
  },
  {
    row: 'server-error',
    when: 'DHIS2 fails by its own account',
    request: CREATE,
    response: () => refusal(500, 'NullPointerException'),
    code: 'server',
    retryable: true,
    doubtful: true,
    hint: /See the server’s log/,
  },
  {
    row: 'broken-server-error',
    when: 'a container fails',
    request: CREATE,
    response: () => page(500, 'HTTP Status 500 – Internal Server Error'),
    code: 'server',
    retryable: true,
    doubtful: true,
    hint: /not DHIS2’s own/,
  },
  {
    row: 'broken-server-error',
    when: 'a gateway fails in JSON of its own',
    request: CREATE,
    response: () => json({ message: 'Internal server error' }, 500),
    code: 'server',
    retryable: true,
    doubtful: true,
    hint: /not DHIS2’s own/,
  },
  {
    row: 'hidden-redirect',
    when: 'a browser hides a redirect',
    request: GET,
    response: hidden,
    code: 'unauthenticated',
    hint: /the browser does not say where/,
  },
]

function classified(request: Case['request'], response: Response) {
  const [method, url] = request.split(' ') as [Method, string]
  const layer = withClassification(() => Promise.resolve(response), {
    what: 'do it',
    clock: new FakeClock(),
    redact: (text) => text,
  })
  const { signal } = new AbortController()
  return failure(layer({ method, url: new URL(url), headers: new Headers(), idempotent: true, signal }))
}

describe('an answer when', () => {
  it.each(CASES)('$when is $code ($row)', async ({ request, response, code, retryable, doubtful, hint }) => {
    const error = await classified(request, response())
    expect(error).toMatchObject({ code, retryable: retryable ?? false, doubtful: doubtful ?? false })
    if (hint === undefined) expect(error.hint).toBeUndefined()
    else expect(error.hint).toMatch(hint)
  })

  it.each([418, 451, 402])('it is a %d, which DHIS2 does not use, is a protocol error', async (status) => {
    expect(await classified(GET, new Response('?', { status }))).toMatchObject({
      code: 'protocol',
      retryable: false,
      status,
    })
  })
})

describe('the table', () => {
  it('has a case here for each row', () => {
    const covered = new Set(CASES.map(({ row }) => row))
    expect(CLASSIFICATION.map(({ id }) => id).filter((id) => !covered.has(id))).toEqual([])
  })

  it('has each id once', () => {
    const ids = CLASSIFICATION.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
