import type { ProfileAuth, SecretName, SecretValues } from '@dhis2-files/profiles'
import type { Options } from '../../command.js'
import type { CommandContext } from '../../context.js'
import { CliError } from '../../failure.js'
import { readStdin } from '../../read-stdin.js'

/** Where secrets come from. Never from an argument. */
export const SECRET_OPTIONS = {
  fromEnv: {
    kind: 'flag',
    about:
      'Take secrets, and what else is missing, from the environment: DHIS2_PAT, DHIS2_PASSWORD, DHIS2_URL and the like.',
  },
  secretStdin: { kind: 'flag', about: 'Read the secret from stdin.' },
} as const satisfies Options

/** The values of {@link SECRET_OPTIONS}. */
export interface SecretInput {
  readonly fromEnv: boolean
  readonly secretStdin: boolean
}

/** What is secret of a way to sign in. */
interface SecretFacts {
  readonly name: SecretName
  readonly variable: string
  /** How it is asked for; `undefined` where a sign-in gives it later. */
  readonly question: string | undefined
  readonly optional: boolean
}

const SECRETS: Readonly<Record<ProfileAuth, readonly SecretFacts[]>> = {
  pat: [{ name: 'token', variable: 'DHIS2_PAT', question: 'Personal access token', optional: false }],
  basic: [{ name: 'password', variable: 'DHIS2_PASSWORD', question: 'Password', optional: false }],
  oauth2: [
    {
      name: 'clientSecret',
      variable: 'DHIS2_OAUTH_CLIENT_SECRET',
      question: 'Client secret (Enter: none)',
      optional: true,
    },
  ],
  session: [
    { name: 'cookie', variable: 'DHIS2_SESSION_COOKIE', question: undefined, optional: true },
    { name: 'xsrfToken', variable: 'DHIS2_SESSION_XSRF', question: undefined, optional: true },
  ],
}

/** The secrets of a new profile: from the environment, from stdin, or asked for. @throws CliError where none of these has them */
export async function secretsFor(
  context: CommandContext,
  auth: ProfileAuth,
  { fromEnv, secretStdin }: SecretInput,
  fromEnvironment: SecretValues = {},
): Promise<SecretValues> {
  if (fromEnv && secretStdin) {
    throw new CliError('--from-env and --secret-stdin exclude each other.', { hint: 'Leave out one of them.' })
  }
  const wanted = SECRETS[auth]
  if (secretStdin) {
    const [first] = wanted
    return first === undefined ? {} : { [first.name]: await secretFromStdin(context) }
  }
  const found: { -readonly [N in SecretName]?: string } = {}
  for (const { name, variable, question, optional } of wanted) {
    const value = fromEnv ? fromEnvironment[name] : await asked(context, question, optional, variable)
    if (value) found[name] = value
    else if (!optional) throw new CliError(`${variable} is not set.`, { hint: `Set it, or leave out --from-env.` })
  }
  return found
}

async function asked(
  context: CommandContext,
  question: string | undefined,
  optional: boolean,
  variable: string,
): Promise<string | undefined> {
  if (question === undefined) return undefined
  if (context.io.interactive) return (await import('../../prompts.js')).askSecret(context, question, { optional })
  if (optional) return undefined
  throw new CliError('There is no terminal to ask for the secret on.', {
    hint: `Set ${variable} and pass --from-env, or pipe the secret in with --secret-stdin.`,
  })
}

/** Stdin, without the end of its line. @throws CliError where it is empty */
export async function secretFromStdin(context: CommandContext): Promise<string> {
  const secret = (await readStdin(context)).replace(/\r?\n$/, '')
  if (secret !== '') return secret
  throw new CliError('Nothing came from stdin.', { hint: 'Pipe the secret in.' })
}
