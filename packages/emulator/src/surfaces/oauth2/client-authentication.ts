import { type RegisteredClient, secretMatches } from '../../auth/oauth2/clients.js'
import { OAuth2Error } from '../../auth/oauth2/oauth2-error.js'
import type { OAuth2Server } from '../../auth/oauth2/oauth2-server.js'

/**
 * Which client sends a form: by `client_secret_basic`, by `client_secret_post`, or as a public one by its id beside a
 * `code_verifier`.
 *
 * @throws OAuth2Error `invalid_client`, and `invalid_request` for a header that cannot be read
 */
export function authenticateClient(server: OAuth2Server, request: Request, form: URLSearchParams): RegisteredClient {
  const header = request.headers.get('authorization')
  const given = header === null ? undefined : readBasic(header)
  const id = given?.id ?? form.get('client_id') ?? ''
  const secret = given?.secret ?? form.get('client_secret') ?? undefined
  const client = server.clients.get(id)
  if (client === undefined) throw new OAuth2Error('invalid_client')
  const proven =
    client.secret === undefined
      ? secret === undefined && form.get('grant_type') === 'authorization_code' && form.has('code_verifier')
      : secret !== undefined && secretMatches(client, secret)
  if (!proven) throw new OAuth2Error('invalid_client')
  return client
}

/** Id and secret are form-encoded inside of Basic (RFC 6749, 2.3.1). */
function readBasic(header: string): { id: string; secret: string } | undefined {
  const [, encoded] = /^basic\s+(\S+)$/i.exec(header) ?? []
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 1) throw new OAuth2Error('invalid_request')
  try {
    const [id = '', secret = ''] = [text.slice(0, colon), text.slice(colon + 1)].map((part) =>
      decodeURIComponent(part.replaceAll('+', ' ')),
    )
    return { id, secret }
  } catch {
    throw new OAuth2Error('invalid_request')
  }
}
