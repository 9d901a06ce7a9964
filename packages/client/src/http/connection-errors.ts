/** What is known about a request whose answer did not arrive. */
export interface ConnectionFailure {
  /** `never`: no byte of the request reached the server, so it can be sent again without doubt. */
  readonly sent: 'never' | 'maybe'
  readonly kind:
    | 'refused'
    | 'dns'
    | 'unreachable'
    | 'connect-timeout'
    | 'tls'
    | 'proxy'
    | 'proxy-sign-in'
    | 'proxy-forbids'
    | 'reset'
    | 'truncated'
    | 'malformed'
    | 'closed'
    | 'other'
  /** What to do about it; empty where there is nothing to say beyond the error's own message. */
  readonly hint: string
  /** The runtime's own code, such as `ECONNREFUSED`. */
  readonly code: string | undefined
  /** What to say instead of the message of its deepest cause. */
  readonly message?: string
}

type ProxyCode = 'PROXY_UNREACHABLE' | 'PROXY_TLS' | 'PROXY_SIGN_IN' | 'PROXY_FORBIDS' | 'PROXY_NO_WAY' | 'PROXY_BROKEN'

/** A transport throws it where its proxy fails, and not the server. The message is complete, and shows no secret. */
export class ProxyFailure extends Error {
  override readonly name = 'ProxyFailure'
  readonly code: ProxyCode

  constructor(code: ProxyCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

type Row = readonly [sent: ConnectionFailure['sent'], kind: ConnectionFailure['kind'], hint: string]

const REFUSED: Row = ['never', 'refused', 'Nothing listens there: check host and port, and whether DHIS2 is running.']
const UNKNOWN_HOST: Row = ['never', 'dns', 'The host name is not known: check its spelling.']
const NO_DNS: Row = ['never', 'dns', 'The name service did not answer: check the network connection.']
const UNREACHABLE: Row = ['never', 'unreachable', 'There is no way to that host: check the network, VPN and firewall.']
const CONNECT_TIMEOUT: Row = [
  'never',
  'connect-timeout',
  'The host does not answer: check host and port, and whether a firewall drops the connection.',
]
const UNTRUSTED: Row = [
  'never',
  'tls',
  'The certificate is not signed by an authority that this machine trusts: pass its CA as `ca`, or name its file in NODE_EXTRA_CA_CERTS.',
]
const OUTDATED: Row = [
  'never',
  'tls',
  'The certificate is not valid at this time: check the clock of this machine, else the server needs a new one.',
]
const OTHER_NAME: Row = [
  'never',
  'tls',
  'The certificate belongs to another host name: use the name that it was made for as base URL.',
]
const REJECTED: Row = ['never', 'tls', "The server's certificate was not accepted."]
const NOT_TLS: Row = ['never', 'tls', 'There is no TLS on that port: the base URL may need http: or another port.']
const NO_COMMON_TLS: Row = ['never', 'tls', 'Server and client have no TLS version or cipher in common.']
const TLS: Row = ['maybe', 'tls', '']
const RESET: Row = ['maybe', 'reset', 'The server or something between closed the connection.']
const TRUNCATED: Row = ['maybe', 'truncated', 'The connection ended before the whole answer was there.']
const MALFORMED: Row = ['maybe', 'malformed', 'What answers there does not speak HTTP as it should.']
const CLOSED: Row = ['never', 'closed', 'The client was closed: make a new one.']
const NOTHING: Row = ['maybe', 'other', '']

/** What fails at a proxy: before it has passed anything on. */
const PROXY: Readonly<Record<ProxyCode, Row>> = {
  PROXY_UNREACHABLE: [
    'never',
    'proxy',
    'Check whether the proxy runs, and its URL (http: or https:, host, port): the option `proxy`, else HTTPS_PROXY and HTTP_PROXY. `proxy: false` goes without.',
  ],
  PROXY_TLS: [
    'never',
    'tls',
    'Check whether the proxy’s URL begins with http: or https: as it should, and has the name in its certificate. If its CA is not trusted here, pass it as `ca`.',
  ],
  PROXY_SIGN_IN: [
    'never',
    'proxy-sign-in',
    'The proxy asks for its own user name and password: put them into its URL, http://user:password@host:port, percent-encoded.',
  ],
  PROXY_FORBIDS: [
    'never',
    'proxy-forbids',
    'The proxy may not be used for this server or port: ask who runs it, or go without it (`proxy: false`, NO_PROXY).',
  ],
  PROXY_NO_WAY: [
    'never',
    'proxy',
    'The proxy works and does not reach the server: check the base URL, and whether the server can be reached from there.',
  ],
  PROXY_BROKEN: ['never', 'proxy', 'What answers there does not behave as a proxy: check host and port of the proxy.'],
}

/**
 * Codes of Node, OpenSSL, undici and Bun. `never` stands only where the failure comes before the first byte of the
 * request: name lookup, connecting, and the checks of the TLS handshake that Node makes before it lets anybody write.
 */
const ROWS: ReadonlyMap<string, Row> = new Map<string, Row>([
  ['ECONNREFUSED', REFUSED],
  ['ConnectionRefused', REFUSED],
  ['ENOTFOUND', UNKNOWN_HOST],
  ['ENODATA', UNKNOWN_HOST],
  ['EAI_AGAIN', NO_DNS],
  ['EAI_FAIL', NO_DNS],
  ['FailedToOpenSocket', UNREACHABLE],
  ['UND_ERR_CONNECT_TIMEOUT', CONNECT_TIMEOUT],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', UNTRUSTED],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNTRUSTED],
  ['UNABLE_TO_GET_ISSUER_CERT', UNTRUSTED],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNTRUSTED],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNTRUSTED],
  ['CERT_UNTRUSTED', UNTRUSTED],
  ['CERT_HAS_EXPIRED', OUTDATED],
  ['CERT_NOT_YET_VALID', OUTDATED],
  ['ERR_TLS_CERT_ALTNAME_INVALID', OTHER_NAME],
  ['HOSTNAME_MISMATCH', OTHER_NAME],
  ['CERT_REVOKED', REJECTED],
  ['CERT_REJECTED', REJECTED],
  ['CERT_SIGNATURE_FAILURE', REJECTED],
  ['CERT_CHAIN_TOO_LONG', REJECTED],
  ['INVALID_CA', REJECTED],
  ['INVALID_PURPOSE', REJECTED],
  ['PATH_LENGTH_EXCEEDED', REJECTED],
  ['ERR_SSL_WRONG_VERSION_NUMBER', NOT_TLS],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', NOT_TLS],
  ['ERR_SSL_HTTP_REQUEST', NOT_TLS],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', NO_COMMON_TLS],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', NO_COMMON_TLS],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', NO_COMMON_TLS],
  ['ERR_SSL_NO_PROTOCOLS_AVAILABLE', NO_COMMON_TLS],
  // On a connection kept alive these also say that the server closed it while the request was on its way.
  ['ECONNRESET', RESET],
  ['ECONNABORTED', RESET],
  ['EPIPE', RESET],
  ['ETIMEDOUT', RESET],
  ['EHOSTUNREACH', RESET],
  ['ENETUNREACH', RESET],
  ['ENETDOWN', RESET],
  ['UND_ERR_SOCKET', RESET],
  ['ConnectionClosed', RESET],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', TRUNCATED],
  ['HPE_INVALID_EOF_STATE', TRUNCATED],
  ['UND_ERR_HEADERS_OVERFLOW', MALFORMED],
  ['ERR_ASSERTION', MALFORMED],
  ['UND_ERR_CLOSED', CLOSED],
  ['UND_ERR_DESTROYED', ['maybe', 'closed', CLOSED[2]]],
  ['UND_ERR_INVALID_ARG', ['never', 'other', '']],
  ['UND_ERR_NOT_SUPPORTED', ['never', 'other', '']],
])

/** Families of codes, for those that have no row of their own. */
const FAMILIES: readonly (readonly [RegExp, Row])[] = [
  [/^HPE_/, MALFORMED],
  [/^EAI_/, NO_DNS],
  // An alert of TLS 1.3 may arrive after the request was written, so these leave a doubt.
  [/^ERR_(SSL|TLS)_|^EPROTO$/, TLS],
]

/** Codes that mean another thing while the connection is being made. */
const WHILE_CONNECTING: ReadonlyMap<string, Row> = new Map([
  ['ETIMEDOUT', CONNECT_TIMEOUT],
  ['EHOSTUNREACH', UNREACHABLE],
  ['ENETUNREACH', UNREACHABLE],
  ['ENETDOWN', UNREACHABLE],
])

/**
 * Says what an exception of a transport means: looks through its `cause` and `errors` (several addresses of one host)
 * for a code that is known. Only for what a transport threw; the failure of a body's source is another matter.
 */
export function connectionFailure(error: unknown): ConnectionFailure {
  return classify(error, 0) ?? describe(NOTHING, codeOf(error))
}

/** Whether no byte of the request can have reached the server. */
export function neverSent(error: unknown): boolean {
  return connectionFailure(error).sent === 'never'
}

function classify(error: unknown, depth: number): ConnectionFailure | undefined {
  if (typeof error !== 'object' || error === null || depth > 8) return undefined
  const { errors, cause, syscall } = error as { errors?: unknown; cause?: unknown; syscall?: unknown }
  if (Array.isArray(errors) && errors.length > 0) {
    const found = errors.map((one) => classify(one, depth + 1) ?? describe(NOTHING, codeOf(one)))
    return found.find((one) => one.sent === 'maybe') ?? found[0]
  }
  const code = codeOf(error)
  if (error instanceof ProxyFailure) return { ...describe(PROXY[error.code], code), message: error.message }
  const row = code === undefined ? parserRow(error) : rowOf(code, syscall === 'connect')
  return row === undefined ? classify(cause, depth + 1) : describe(row, code)
}

function rowOf(code: string, connecting: boolean): Row | undefined {
  const row =
    (connecting ? WHILE_CONNECTING.get(code) : undefined) ??
    ROWS.get(code) ??
    FAMILIES.find(([family]) => family.test(code))?.[1]
  if (!connecting || row?.[0] === 'never') return row
  return ['never', row?.[1] ?? 'other', row?.[2] ?? '']
}

/** undici 7 leaves out the code of its parser's errors. The parser has no data left when it fails at the end. */
function parserRow(error: object): Row | undefined {
  const { name, data } = error as { name?: unknown; data?: unknown }
  if (name !== 'HTTPParserError') return undefined
  return data === '' ? TRUNCATED : MALFORMED
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined
  return typeof code === 'string' ? code : undefined
}

function describe([sent, kind, hint]: Row, code: string | undefined): ConnectionFailure {
  return { sent, kind, hint, code }
}
