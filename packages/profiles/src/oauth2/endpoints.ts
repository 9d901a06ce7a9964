import type * as oauth from 'oauth4webapi'
import type { BareFetch } from '../bare-fetch.js'
import { ProfileError } from '../errors.js'
import { objectOf } from '../vault.js'

/** The authorization server of a DHIS2. */
export type Server = oauth.AuthorizationServer & {
  readonly authorization_endpoint: string
  readonly token_endpoint: string
}

/**
 * Where a DHIS2 signs people in: as its well-known page says, else where DHIS2 has it.
 * @throws ProfileError `sign-in-failed` when it says another origin · Dhis2Error without an answer
 */
export async function discover({ baseUrl, fetch }: BareFetch, signal: AbortSignal): Promise<Server> {
  const url = new URL('.well-known/openid-configuration', baseUrl)
  const answer = await fetch(url, { headers: { accept: 'application/json' }, signal })
  const said = answer.ok ? objectOf(await answer.text()) : {}
  const text = (key: string): string | undefined => {
    const value = said[key]
    return typeof value === 'string' && URL.canParse(value) ? value : undefined
  }
  const server: Server = {
    issuer: text('issuer') ?? baseUrl.href.replace(/\/$/, ''),
    authorization_endpoint: text('authorization_endpoint') ?? new URL('oauth2/authorize', baseUrl).href,
    token_endpoint: text('token_endpoint') ?? new URL('oauth2/token', baseUrl).href,
    ...(text('revocation_endpoint') && { revocation_endpoint: text('revocation_endpoint') as string }),
    ...(said['authorization_response_iss_parameter_supported'] === true && {
      authorization_response_iss_parameter_supported: true,
    }),
  }
  for (const endpoint of [server.authorization_endpoint, server.token_endpoint]) {
    if (new URL(endpoint).origin !== baseUrl.origin) throw elsewhere(endpoint, baseUrl)
  }
  return server
}

function elsewhere(endpoint: string, baseUrl: URL): ProfileError {
  const { origin } = new URL(endpoint)
  return new ProfileError(
    `${baseUrl.origin} says that it signs in at ${origin}: nothing secret is sent to another address than the base URL.`,
    {
      code: 'sign-in-failed',
      hint: `If ${origin} is the right address of this DHIS2, use it as base_url; else correct server.base.url in its dhis.conf.`,
    },
  )
}
