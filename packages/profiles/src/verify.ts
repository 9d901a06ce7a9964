import type { Dhis2Client, Dhis2ClientOptions, Me } from '@dhis2-files/client'
import { isProfileError } from './errors.js'
import { isLoopbackHost } from './loopback-host.js'
import { openClient } from './open-client.js'
import type { Profile, ProfileAuth } from './profile.js'
import type { ProfileStore } from './store.js'

/** What {@link verifyProfile} found. */
export interface ProfileCheck {
  /** The profile's name. */
  readonly name: string | undefined
  /** Whether it can be used at all: the server answers, and takes the sign-in. */
  readonly ok: boolean
  /** The root of the DHIS2. */
  readonly baseUrl: string
  /** How it signs in. */
  readonly auth: ProfileAuth
  /** Who signed in; `undefined` when nobody. */
  readonly username: string | undefined
  /** The server's version, as it says. */
  readonly version: string | undefined
  /** How long the server takes to answer a small request, in milliseconds, when it is connected and signed in. */
  readonly latencyMs: number | undefined
  /** Whether documents can be made: by the user's authorities, by what the token allows, and by `read_only`. */
  readonly canWrite: boolean | undefined
  /** What is wrong, or will surprise, each a sentence. */
  readonly problems: readonly string[]
  /** Why it is not `ok`: a `ProfileError`, or the client's `Dhis2Error`. */
  readonly error: Error | undefined
}

/** Any of them lets a user make documents. */
const WRITERS = ['ALL', 'F_DOCUMENT_PUBLIC_ADD', 'F_DOCUMENT_PRIVATE_ADD']

/** How long the server may take for all of it, in milliseconds. */
const PATIENCE = 30_000

/** Tries a profile. What is wrong with it is in the result. @throws `signal.reason` */
export async function verifyProfile(
  store: ProfileStore,
  profile: Profile,
  options: {
    /** Ends it; it then rejects with `signal.reason`. */
    readonly signal?: AbortSignal | undefined
    /** How its requests are sent: what names the program, and what watches them. Default: as by {@link openClient}. */
    readonly client?: Pick<Dhis2ClientOptions, 'middleware' | 'userAgent' | 'logger'> | undefined
  } = {},
): Promise<ProfileCheck> {
  const { name, baseUrl, auth } = profile
  const nothing = { username: undefined, version: undefined, latencyMs: undefined, canWrite: undefined }
  const failed = (error: Error): ProfileCheck => {
    return { name, ok: false, baseUrl, auth, ...nothing, problems: [error.message], error }
  }
  let client: Dhis2Client | undefined
  try {
    // the version is what is to be found out
    client = await openClient(
      store,
      { ...profile, version: undefined },
      { ...options.client, retry: false, timeouts: { total: PATIENCE } },
    )
    const { signal } = options
    const { version } = await client.system.info({ signal })
    const me = await client.system.me({ signal })
    const start = performance.now()
    await client.system.ping({ signal })
    const latencyMs = Math.max(1, Math.round(performance.now() - start))
    const [mayWrite, ...why] = writing(profile, me)
    const limit = mayWrite && auth === 'pat' ? await limitOfToken(client, signal) : undefined
    const canWrite = mayWrite && limit === undefined
    const problems = [
      ...why,
      ...(limit === undefined ? [] : [limit]),
      ...versionProblems(profile, version),
      ...caution(profile),
    ]
    const found = { username: me.username, version, latencyMs, canWrite }
    return { name, ok: true, baseUrl, auth, ...found, problems, error: undefined }
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason
    const { isDhis2Error } = await import('@dhis2-files/client')
    if (isProfileError(error) || isDhis2Error(error)) return failed(error)
    // what no client takes: a token with a blank, for one
    if (error instanceof TypeError) return failed(error)
    throw error
  } finally {
    await client?.close()
  }
}

function writing({ settings, source }: Profile, me: Me): readonly [canWrite: boolean, ...why: string[]] {
  const mayWrite = WRITERS.some((authority) => me.authorities.includes(authority))
  const why: string[] = []
  if (settings.readOnly) why.push(`Nothing is written with this profile: read_only is true in ${source.settingsPath}.`)
  if (!mayWrite) {
    why.push(
      `${me.username} may not make documents: the authority F_DOCUMENT_PUBLIC_ADD or F_DOCUMENT_PRIVATE_ADD is missing.`,
    )
  }
  return [mayWrite && !settings.readOnly, ...why]
}

/**
 * Why a personal access token does not let this user write: it may be limited to methods. A POST to where DHIS2 has only a GET is
 * refused before anything is done, with 401 where the token is the reason.
 */
async function limitOfToken(client: Dhis2Client, signal: AbortSignal | undefined): Promise<string | undefined> {
  const { isDhis2Error } = await import('@dhis2-files/client')
  try {
    const answer = await client.request('api/system/ping', { method: 'POST', signal })
    await answer.body?.cancel()
  } catch (error) {
    if (!isDhis2Error(error)) throw error
    if (error.status === 401) {
      return 'Nothing can be written with this token: it does not allow the method POST. Make one that does.'
    }
  }
  return undefined
}

function versionProblems({ version: pinned, source }: Profile, version: string): readonly string[] {
  if (pinned === undefined || version.startsWith(pinned.replace('v', '2.'))) return []
  const where = source.kind === 'environment' ? 'DHIS2_VERSION says' : `${source.path} says`
  return [`${where} ${pinned}, and the server is ${version}: correct it, or remove it and the server is asked.`]
}

/** Who reads along on the way has the secrets. */
function caution({ baseUrl }: Profile): readonly string[] {
  const { protocol, hostname } = new URL(baseUrl)
  const isNear = isLoopbackHost(hostname) || hostname.endsWith('.localhost')
  if (protocol === 'https:' || isNear) return []
  return [`${baseUrl} is not encrypted: everybody on the way can read what signs in. Use https:.`]
}
