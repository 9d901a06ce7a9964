import { randomBytes } from 'node:crypto'
import { ProfileError } from './errors.js'
import { type Keyring, reasonOf } from './keyring.js'
import type { SecretName, SecretValues } from './profile.js'
import { SECRETS } from './profile-tables.js'
import { isTable, type Table } from './toml/change.js'

/** A name for the keyring's entry of a profile: a person can tell whose it is, and no two are the same. */
export function newId(name: string): string {
  return `${name}.${randomBytes(6).toString('hex')}`
}

/** To whom the secrets of a profile may go. */
export function originOf(baseUrl: string): string {
  return new URL(baseUrl).origin
}

/** Secrets, and the only server that they may go to. */
export interface KeptSecrets {
  readonly origin: string
  readonly secrets: SecretValues
}

/** Secrets in the keyring. Each entry says for which server it is: a profile that points elsewhere does not get it. */
export class Vault {
  readonly #keyring: Keyring | undefined

  /** @param keyring `undefined` where none may be used */
  constructor(keyring: Keyring | undefined) {
    this.#keyring = keyring
  }

  /**
   * The text that was kept for a server; `undefined` when there is none.
   * @throws ProfileError `keyring-failed`; `no-secret` when it was kept for another server
   */
  async text(id: string, origin: string): Promise<string | undefined> {
    const entry = await this.#ask('read', (keyring) => keyring.get(id))
    if (entry === undefined) return undefined
    const { origin: own, text, before } = parsed(entry)
    if (before?.origin === origin && own !== origin) return before.text
    if (own !== origin) {
      throw new ProfileError(`The keyring’s entry “${id}” is for ${own || 'another server'}, and not for ${origin}.`, {
        code: 'no-secret',
        hint: 'Nothing was sent. If the server has moved, sign in again, or set the secret again.',
      })
    }
    return text
  }

  /**
   * Keeps a text for a server, and reads it back.
   * @param before What another server still gets from this entry: the one that a profile is about to leave.
   * @returns Why not, in one line; `undefined` when it is kept
   */
  async keepText(id: string, origin: string, text: string, before?: Kept): Promise<string | undefined> {
    const entry = JSON.stringify({ origin, text, before })
    try {
      await this.#ask('write', (keyring) => keyring.set(id, entry))
      const back = await this.#ask('read', (keyring) => keyring.get(id))
      return back === entry ? undefined : 'it gives back something else than it was given'
    } catch (error) {
      return reasonOf(error)
    }
  }

  /** Whether there is something, for whichever server. @throws ProfileError `keyring-failed` */
  async has(id: string): Promise<boolean> {
    return (await this.#ask('read', (keyring) => keyring.get(id))) !== undefined
  }

  /** The secrets of a profile. @throws as `text` */
  async secrets(id: string, origin: string): Promise<SecretValues> {
    const text = await this.text(id, origin)
    const found = text === undefined ? {} : objectOf(text)
    const names = (Object.keys(SECRETS) as SecretName[]).filter((name) => typeof found[name] === 'string')
    return Object.fromEntries(names.map((name) => [name, found[name]]))
  }

  /** Keeps the secrets of a profile, in place of what was there. @returns as `keepText` */
  keepSecrets(id: string, origin: string, secrets: SecretValues, before?: KeptSecrets): Promise<string | undefined> {
    const other = before && { origin: before.origin, text: JSON.stringify(before.secrets) }
    return this.keepText(id, origin, JSON.stringify(secrets), other)
  }

  /** @throws ProfileError `keyring-failed` */
  async forget(id: string): Promise<void> {
    await this.#ask('change', (keyring) => keyring.remove(id))
  }

  async #ask<T>(what: string, work: (keyring: Keyring) => Promise<T>): Promise<T> {
    if (this.#keyring === undefined) {
      throw new ProfileError(`Cannot ${what} the system keyring: it is switched off.`, {
        code: 'keyring-failed',
        cause: new Error('it is switched off'),
      })
    }
    try {
      return await work(this.#keyring)
    } catch (cause) {
      throw new ProfileError(`Cannot ${what} the system keyring: ${reasonOf(cause)}.`, {
        code: 'keyring-failed',
        hint: 'Unlock it, or keep the secret in the file instead.',
        cause,
      })
    }
  }
}

interface Kept {
  readonly origin: string
  readonly text: string
}

function parsed(entry: string): Kept & { readonly before: Kept | undefined } {
  const { before, ...own } = objectOf(entry)
  const kept = ({ origin, text }: Table): Kept => {
    return { origin: typeof origin === 'string' ? origin : '', text: typeof text === 'string' ? text : '' }
  }
  return { ...kept(own), before: isTable(before) ? kept(before) : undefined }
}

/** The object that a text is as JSON; an empty one for anything else. */
export function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
