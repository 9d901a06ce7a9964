import type { ProfileCheck, ProfileSource, ShownProfile } from '@dhis2-files/profiles'

/** Profiles in the words of dhis2w-utils. */
const SOURCES: Readonly<Record<ProfileSource['kind'], string>> = {
  environment: 'env-raw',
  project: 'project-toml',
  global: 'global-toml',
}

/** Where a profile comes from. */
export function sourceName(kind: ProfileSource['kind']): string {
  return SOURCES[kind]
}

/** What stands for a secret that is there. */
const REDACTED = '***'

/** Everything about a profile but its secrets. */
export function profileView({ profile, secrets }: ShownProfile): {
  base_url: string
  auth: string
  token: string | null
  username: string | null
  password: string | null
  client_id: string | null
  client_secret: string | null
  scope: string | null
  redirect_uri: string | null
  version: string | null
  cookie: string | null
  xsrf_token: string | null
  read_only: boolean
  meta: { name: string; source: string; source_path: string | null }
} {
  const redacted = (name: string): string | null => (secrets.some((secret) => secret.name === name) ? REDACTED : null)
  return {
    base_url: profile.baseUrl,
    auth: profile.auth,
    token: redacted('token'),
    username: profile.username ?? null,
    password: redacted('password'),
    client_id: profile.clientId ?? null,
    client_secret: redacted('clientSecret'),
    scope: profile.scope ?? null,
    redirect_uri: profile.redirectUri ?? null,
    version: profile.version ?? null,
    cookie: redacted('cookie'),
    xsrf_token: redacted('xsrfToken'),
    read_only: profile.settings.readOnly,
    meta: {
      name: profile.name ?? '',
      source: sourceName(profile.source.kind),
      source_path: profile.source.path ?? null,
    },
  }
}

/** What trying a profile came to. */
export interface VerifyResult {
  readonly name: string
  readonly ok: boolean
  readonly base_url: string
  readonly auth: string
  readonly version: string | null
  readonly username: string | null
  readonly latency_ms: number | null
  readonly error: string | null
  readonly can_write: boolean | null
  readonly problems: string[]
}

export function verifyResult(check: ProfileCheck): VerifyResult {
  return {
    name: check.name ?? '',
    ok: check.ok,
    base_url: check.baseUrl,
    auth: check.auth,
    version: check.version ?? null,
    username: check.username ?? null,
    latency_ms: check.latencyMs === undefined ? null : Math.round(check.latencyMs),
    error: check.error?.message ?? null,
    can_write: check.canWrite ?? null,
    problems: [...check.problems],
  }
}
