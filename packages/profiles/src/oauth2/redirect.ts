import { ProfileError } from '../errors.js'
import { orAborted } from '../wait.js'
import { isLoopback, listenForRedirect, type Redirected } from './loopback.js'

/** How the user is sent to the server, and comes back. */
export interface RedirectOptions {
  /** Told where the user signs in: to be printed. */
  readonly onUrl?: ((url: string) => void) | undefined
  /** Opens the user's browser. Without it the user opens the URL of `onUrl`. When it fails, the user may still do that. */
  readonly openBrowser?: ((url: string) => Promise<void> | void) | undefined
  /**
   * Asks the user for the address that the browser ended at: for when that runs on another machine. Whatever comes first counts:
   * this, or the browser's own visit. Its signal ends the question.
   */
  readonly askForRedirect?: ((signal: AbortSignal) => Promise<string>) | undefined
}

/** One trip of the browser. */
export interface Trip {
  readonly url: string
  readonly redirectUri: string
  readonly state: string
  readonly signal: AbortSignal
  /** Told when the browser could not be opened. */
  readonly warn: (message: string) => void
}

/**
 * Sends the user to sign in, and does the rest with what comes back; then tells the browser how it went.
 * @throws ProfileError `sign-in-failed` · `unsupported` when nobody could bring the answer · what `use` throws · `signal.reason`
 */
export async function withRedirect<T extends { readonly username: string }>(
  trip: Trip,
  options: RedirectOptions,
  use: (parameters: URLSearchParams) => Promise<T>,
): Promise<T> {
  const { url, state, signal, warn } = trip
  const { onUrl, openBrowser, askForRedirect } = options
  const uri = new URL(trip.redirectUri)
  if (!isLoopback(uri) && askForRedirect === undefined) throw nobodyBrings(uri)
  const loopback = isLoopback(uri) ? await listenForRedirect(uri, state) : undefined
  const question = new AbortController()
  const endQuestion = (): void => question.abort(signal.reason)
  signal.addEventListener('abort', endQuestion)
  try {
    onUrl?.(url)
    // it may wait until the browser ends
    const opened = async (): Promise<void> => openBrowser?.(url)
    opened().catch(() => warn('The browser could not be opened: open the address yourself.'))
    const ways: Promise<Redirected>[] = loopback ? [loopback.redirected] : []
    if (askForRedirect) ways.push(askForRedirect(question.signal).then((text) => pasted(text, state)))
    const { parameters, show } = await orAborted(Promise.race(ways), signal)
    question.abort(new Error('The browser has come back.'))
    try {
      const result = await use(parameters)
      await show('You are signed in', `As ${result.username}. You may close this page and go back to the program.`)
      return result
    } catch (error) {
      await show('You are not signed in', error instanceof Error ? error.message : 'The program says why.')
      throw error
    }
  } finally {
    signal.removeEventListener('abort', endQuestion)
    question.abort(new Error('The sign-in is over.'))
    await loopback?.close()
  }
}

/** What a user copied: the whole address, or what is behind its question mark. */
function pasted(text: string, state: string): Redirected {
  const trimmed = text.trim().replace(/#.*$/, '')
  const parameters = new URLSearchParams(trimmed.slice(trimmed.indexOf('?') + 1))
  const isAnswer = parameters.has('code') || parameters.has('error')
  const wrong = !isAnswer
    ? 'That is not the address that the browser ended at: it has no code in it.'
    : parameters.get('state') === state
      ? undefined
      : 'That is the address of another sign-in.'
  if (wrong !== undefined) {
    const hint = 'Sign in again, and copy the whole address from the browser, also when it shows an error.'
    throw new ProfileError(wrong, { code: 'sign-in-failed', hint })
  }
  return { parameters, show: () => Promise.resolve() }
}

function nobodyBrings(uri: URL): ProfileError {
  return new ProfileError(`The browser comes back to ${uri.origin}, which is not this machine.`, {
    code: 'unsupported',
    hint: 'Use a redirect_uri such as http://localhost:8765, which the OAuth2 client in DHIS2 must have too, or paste the address that the browser ends at.',
  })
}
