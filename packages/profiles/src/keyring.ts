import { isProfileError } from './errors.js'

/** Where secrets are kept by name: the keyring of the system, or what a test puts in its place. */
export interface Keyring {
  /** The secret of this name; `undefined` for none. Rejects when there is no keyring, or it stays locked. */
  get(name: string): Promise<string | undefined>
  /** Keeps a secret, in place of another of the same name. */
  set(name: string, secret: string): Promise<void>
  /** Forgets a secret; one that is not there is no failure. */
  remove(name: string): Promise<void>
}

/** Under what the system shows our entries. */
export const KEYRING_SERVICE = 'dhis2-files'

/** How long the user may take to unlock the keyring, in milliseconds. */
const PATIENCE = 120_000

/**
 * The keyring of the system: Keychain, Credential Manager, or what answers as Secret Service. The module for it is loaded at
 * first use. On Linux the keyring of the kernel is no substitute: it forgets everything when the machine restarts.
 */
export function systemKeyring(): Keyring {
  const on = async <T>(name: string, work: (entry: Entry, signal: AbortSignal) => Promise<T>): Promise<T> => {
    const { AsyncEntry } = await loaded()
    const entry = new AsyncEntry(KEYRING_SERVICE, name, { linux: { store: 'secret-service' } })
    return work(entry, AbortSignal.timeout(PATIENCE))
  }
  return {
    get: (name) => on(name, async (entry, signal) => (await entry.getPassword(signal)) ?? undefined),
    set: (name, secret) => on(name, (entry, signal) => entry.setPassword(secret, signal)),
    remove: (name) => on(name, async (entry, signal) => void (await entry.deletePassword(signal))),
  }
}

type Entry = import('@napi-rs/keyring').AsyncEntry

async function loaded(): Promise<typeof import('@napi-rs/keyring')> {
  try {
    return await import('@napi-rs/keyring')
  } catch (cause) {
    throw new Error('the package @napi-rs/keyring, or its part for this machine, is not installed', { cause })
  }
}

/** Why a keyring did not do what it should, in one line. */
export function reasonOf(error: unknown): string {
  const shown = isProfileError(error, 'keyring-failed') ? (error.cause ?? error) : error
  const text = shown instanceof Error ? shown.message : String(shown)
  return (text.split('\n')[0] ?? '').replace(/[.\s]+$/, '').slice(0, 200)
}
