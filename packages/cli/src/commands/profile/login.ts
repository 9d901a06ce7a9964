import { isProfileError, type Profile, type SignedIn } from '@dhis2-files/profiles'
import { defineCommand } from '../../command.js'
import type { CommandContext } from '../../context.js'
import { CliError } from '../../failure.js'
import { printable } from '../../output/text.js'
import { readStdin } from '../../read-stdin.js'
import { callIt, chosen, NAME_ARGUMENT } from './named.js'
import { SECRET_OPTIONS, type SecretInput } from './secret-input.js'

/** What DHIS2 says where a code is wanted. */
const WANTS_CODE = /TWO_FACTOR/

export const login = defineCommand({
  name: 'login',
  summary: 'Signs in: by OAuth2 in the browser, or for a session by password and two-factor code.',
  details:
    'For profiles with auth oauth2 or session; the others sign in with each request. The password is sent and not kept. What DHIS2 says of a sign-in (loginStatus) is shown as it is. With --secret-stdin the second line is the two-factor code, with --from-env it is DHIS2_TWO_FACTOR_CODE.',
  examples: ['profile login play', 'profile login play --no-browser'],
  arguments: [NAME_ARGUMENT],
  options: {
    browser: { kind: 'on', about: 'Open no browser: print the URL, and take the one that it ends at.' },
    username: { kind: 'text', short: 'u', value: 'NAME', about: 'For a session. Default: that of the profile.' },
    ...SECRET_OPTIONS,
    keep: { kind: 'text', value: 'PLACE', choices: ['keyring', 'file'], about: 'Where the sign-in is kept.' },
  },
  async run(context, { name, browser, username, fromEnv, secretStdin, keep: place }) {
    const profile = await chosen(context, name)
    if (profile.auth !== 'oauth2' && profile.auth !== 'session') {
      throw new CliError(`${callIt(profile)} needs no login: its ${profile.auth} sign-in goes with each request.`, {
        hint: 'profile verify tries it.',
      })
    }
    const keep = place as 'keyring' | 'file' | undefined
    const noBrowser = !browser || Boolean(context.io.env['DHIS2_OAUTH_NO_BROWSER'])
    const signedIn =
      profile.auth === 'oauth2'
        ? await byBrowser(context, profile, { noBrowser, keep })
        : await byPassword(context, profile, { username, fromEnv, secretStdin, keep })
    tell(context, signedIn)
  },
})

function tell({ out }: CommandContext, { profile, username, place, fallback, expires }: SignedIn): void {
  out.result({ status: 'signed-in', name: profile.name, username, place, expires }, () => {
    const until = expires === undefined ? '' : `, until ${expires.toISOString()}`
    return printable(`signed in to ${profile.baseUrl} as ${username} (kept in the ${place}${until})`)
  })
  if (fallback !== undefined) out.warn(fallback)
}

async function byBrowser(
  context: CommandContext,
  profile: Profile,
  { noBrowser, keep }: { readonly noBrowser: boolean; readonly keep: 'keyring' | 'file' | undefined },
): Promise<SignedIn> {
  const { out, io, signal } = context
  const { signInWithOAuth2 } = await import('@dhis2-files/profiles')
  const open = async (url: string): Promise<void> => {
    const { openBrowser } = await import('../../open-browser.js')
    // it may be opened by hand
    await openBrowser(url).catch(() => out.note('No browser could be opened.'))
  }
  const ask = async (ended: AbortSignal): Promise<string> => {
    const { askText } = await import('../../prompts.js')
    return askText({ io, signal }, 'URL that the browser ended at, if it is on another machine', { signal: ended })
  }
  return signInWithOAuth2(await context.profiles(), profile, {
    keep,
    signal,
    onUrl: (url) => out.hint(`Sign in at ${url}`),
    ...(!noBrowser && { openBrowser: open }),
    ...(noBrowser && io.interactive && { askForRedirect: ask }),
  })
}

async function byPassword(
  context: CommandContext,
  profile: Profile,
  input: SecretInput & { readonly username: string | undefined; readonly keep: 'keyring' | 'file' | undefined },
): Promise<SignedIn> {
  const { signInWithPassword } = await import('@dhis2-files/profiles')
  const { io, out, signal } = context
  const store = await context.profiles()
  const given = await passwordFor(context, input)
  const username = input.username ?? given.username ?? profile.username ?? (await askUser(context))
  const signIn = (twoFactorCode: string | undefined) =>
    signInWithPassword(store, profile, { username, password: given.password, twoFactorCode, keep: input.keep, signal })
  try {
    return await signIn(given.code)
  } catch (error) {
    const status = isProfileError(error) ? error.loginStatus : undefined
    if (given.code !== undefined || !io.interactive || !WANTS_CODE.test(status ?? '')) throw error
    out.note(`DHIS2 says ${status}.`)
    const { askSecret } = await import('../../prompts.js')
    return signIn(await askSecret(context, 'Two-factor code'))
  }
}

interface Given {
  readonly username?: string | undefined
  readonly password: string
  readonly code: string | undefined
}

async function passwordFor(context: CommandContext, { fromEnv, secretStdin }: SecretInput): Promise<Given> {
  const { io } = context
  if (secretStdin) {
    const [password = '', code] = (await readStdin(context)).split(/\r?\n/)
    if (password === '') throw new CliError('Nothing came from stdin.', { hint: 'Pipe the password in.' })
    return { password, code: code || undefined }
  }
  if (fromEnv) {
    const { DHIS2_USERNAME: username, DHIS2_PASSWORD: password, DHIS2_TWO_FACTOR_CODE: code } = io.env
    if (!password) throw new CliError('DHIS2_PASSWORD is not set.', { hint: 'Set it, or leave out --from-env.' })
    return { username: username || undefined, password, code: code || undefined }
  }
  if (!io.interactive) {
    throw new CliError('There is no terminal to ask for the password on.', {
      hint: 'Set DHIS2_PASSWORD and pass --from-env, or pipe the password in with --secret-stdin.',
    })
  }
  const { askSecret } = await import('../../prompts.js')
  return { password: await askSecret(context, 'Password'), code: undefined }
}

async function askUser(context: CommandContext): Promise<string> {
  if (!context.io.interactive) throw new CliError('Nobody is to sign in.', { hint: 'Pass --username.' })
  return (await import('../../prompts.js')).askText(context, 'User name')
}
