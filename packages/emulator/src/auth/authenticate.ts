import { JSON_UTF8, type Reply, empty, reply } from '../http/reply.js'
import { ApiError, webMessage } from '../http/web-message.js'
import type { EmulatorState, User } from '../state.js'
import type { Traits } from '../versions.js'
import type { Accounts, Refusal } from './accounts.js'
import { readCookies } from './cookies.js'
import { bearerChallenge } from './oauth2/access-tokens.js'
import type { OAuth2Server } from './oauth2/oauth2-server.js'
import type { Sessions } from './sessions.js'
import { checksumHolds, hashToken } from './tokens.js'

/** Who sent a request, and how that was found out. */
export interface Identity {
  readonly user: User | undefined
  readonly scheme: 'basic' | 'token' | 'bearer' | 'session' | 'anonymous'
  /** `reused`: a cookie named a living session of this user. `new`: one has to begin. `none`: there is none, or need be. */
  readonly session: 'reused' | 'new' | 'none'
}

const WRONG_CREDENTIALS = new WeakSet<Error>()

/** Whether an error says that credentials were given, and were wrong: such an answer begins no session. */
export function isWrongCredentials(error: unknown): boolean {
  return error instanceof Error && WRONG_CREDENTIALS.has(error)
}

function wrong(message = 'Unauthorized'): ApiError {
  const error = new ApiError(401, message, { rendering: 'plain' })
  WRONG_CREDENTIALS.add(error)
  return error
}

/** What Basic says of an account; of everything else it says `Unauthorized`. */
const BASIC_MESSAGES: Readonly<Partial<Record<Refusal, string>>> = {
  ACCOUNT_LOCKED: 'Account locked',
  ACCOUNT_DISABLED: 'Account disabled',
}

/** Where the accounts, sessions and tokens are that a request is held against. */
export interface Doors {
  readonly state: EmulatorState
  readonly sessions: Sessions
  readonly accounts: Accounts
  readonly oauth2: OAuth2Server | undefined
}

/**
 * Reads the credentials of a request (WIRE.md 8.1). Basic beside a living session of the same user is not checked again.
 *
 * @throws ApiError 401 for wrong credentials, 400 for a token whose checksum does not hold
 */
export function authenticate(request: Request, { state, sessions, accounts, oauth2 }: Doors): Identity {
  const session = sessions.find(readCookies(request.headers.get('cookie')).get('JSESSIONID'))
  const known = session?.userId === undefined ? undefined : state.users.get(session.userId)
  const [, scheme = '', credentials = ''] = /^(\S+)\s+(.*)$/.exec(request.headers.get('authorization') ?? '') ?? []
  switch (scheme.toLowerCase()) {
    case 'basic': {
      const text = Buffer.from(credentials, 'base64').toString('utf8')
      const colon = text.indexOf(':')
      const username = text.slice(0, Math.max(colon, 0))
      if (known !== undefined && known.username === username) return { user: known, scheme: 'basic', session: 'reused' }
      const password = text.slice(colon + 1)
      const found = accounts.check({ username, password, twoFactorCode: '' })
      if ('refusal' in found) throw wrong(BASIC_MESSAGES[found.refusal])
      state.signIns.push({ username, scheme: 'basic', time: state.timestamp() })
      return { user: found.user, scheme: 'basic', session: 'new' }
    }
    case 'apitoken': {
      const user = userOfToken(credentials.trim(), request, state)
      if (known?.id === user.id) return { user, scheme: 'token', session: 'reused' }
      state.signIns.push({ username: user.username, scheme: 'token', time: state.timestamp() })
      return { user, scheme: 'token', session: 'new' }
    }
    case 'bearer': {
      if (oauth2 === undefined) throw wrong()
      const user = userOfBearer(credentials.trim(), oauth2)
      state.signIns.push({ username: user.username, scheme: 'bearer', time: state.timestamp() })
      return { user, scheme: 'bearer', session: 'none' }
    }
    default:
      if (known !== undefined) return { user: known, scheme: 'session', session: 'reused' }
      return { user: undefined, scheme: 'anonymous', session: session === undefined ? 'none' : 'reused' }
  }
}

function userOfBearer(token: string, oauth2: OAuth2Server): User {
  const bearer = oauth2.tokens.userOf(token)
  if ('user' in bearer) return bearer.user
  const error = new ApiError(401, 'invalid_token', {
    devMessage: bearer.problem,
    rendering: 'plain',
    headers: {
      'www-authenticate': bearerChallenge(bearer.problem),
      'cache-control': 'no-cache, private',
    },
  })
  WRONG_CREDENTIALS.add(error)
  throw error
}

function userOfToken(token: string, request: Request, state: EmulatorState): User {
  const challenge = { 'www-authenticate': 'ApiToken' }
  if (!checksumHolds(token)) {
    const error = new ApiError(400, 'Checksum validation failed', {
      rendering: 'plain',
      headers: { ...challenge, 'cache-control': 'no-cache, private' },
    })
    WRONG_CREDENTIALS.add(error)
    throw error
  }
  const fail = (message: string) => {
    const error = new ApiError(401, message, {
      rendering: 'plain',
      headers: { ...challenge, 'cache-control': 'no-cache, private' },
    })
    WRONG_CREDENTIALS.add(error)
    return error
  }
  const keyHash = hashToken(token)
  const row = state.collection('apiToken').find((one) => one['keyHash'] === keyHash)
  const user = row === undefined ? undefined : state.users.get((row['createdBy'] as { id: string }).id)
  if (row === undefined || user === undefined) throw fail('Personal access token not found')
  if (Number(row['expire']) <= state.now().getTime()) throw fail('Failed to authenticate API token, token has expired.')
  const allowed = (row['attributes'] as { type?: string; allowedMethods?: string[] }[]).find(
    ({ type }) => type === 'MethodAllowedList',
  )
  if (allowed?.allowedMethods !== undefined && !allowed.allowedMethods.includes(request.method))
    throw fail('Failed to authenticate API token, request http method is not allowed.')
  return user
}

/** Where a browser is sent to sign in. */
export function loginAddress(traits: Traits, base: string, contextPath: string): string {
  return `${traits.loginRedirectIsAbsolute ? base : contextPath}${traits.loginPath}`
}

/** What an anonymous request to a closed route gets: 401 for scripts, a redirect to the login page for browsers. */
export function loginRequired(request: Request, traits: Traits, base: string, contextPath: string): Reply {
  if (request.headers.get('x-requested-with') !== 'XMLHttpRequest')
    return empty(302, { location: loginAddress(traits, base, contextPath) })
  const text = JSON.stringify(webMessage(401, { message: 'Unauthorized' }))
  return reply(401, { 'content-type': JSON_UTF8, 'content-length': String(Buffer.byteLength(text)) }, text)
}
