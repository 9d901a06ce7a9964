import { ProfileError } from './errors.js'
import type { ProfileFolder } from './folder.js'
import { reasonOf } from './keyring.js'
import { readText, replaceText } from './private-file.js'
import { objectOf, type Vault } from './vault.js'

/** What an OAuth2 sign-in gave. */
export interface Tokens {
  /** Whose they are: tokens are sent nowhere else. */
  readonly origin: string
  /** The client that they were made for. */
  readonly clientId: string
  /** Where they are renewed. */
  readonly tokenEndpoint: string
  readonly accessToken: string
  /** When the access token came, in milliseconds since 1970. */
  readonly obtained: number
  /** When the access token ends, in milliseconds since 1970; `undefined` when the server does not say. */
  readonly expires?: number | undefined
  readonly refreshToken?: string | undefined
  /** Grows with each renewal: the highest counts. */
  readonly generation: number
}

/** Where the tokens of a profile are. */
export interface TokenPlace {
  readonly id: string
  readonly origin: string
  readonly keep: 'keyring' | 'file'
}

/** Tokens, and where they are. */
export interface FoundTokens {
  readonly place: 'keyring' | 'file'
  readonly tokens: Tokens
}

/** Tokens in the keyring, or in a file that only its owner can read. The caller has the folder's lock when it writes. */
export class TokenStore {
  readonly #folder: ProfileFolder
  readonly #vault: Vault

  constructor(folder: ProfileFolder, vault: Vault) {
    this.#folder = folder
    this.#vault = vault
  }

  /** @throws ProfileError `keyring-failed` when only the keyring could have them · `invalid-file` */
  async read(place: TokenPlace): Promise<Tokens | undefined> {
    return (await this.find(place))?.tokens
  }

  /** The same, and where they are. @throws as `read` */
  async find({ id, origin, keep }: TokenPlace): Promise<FoundTokens | undefined> {
    const inFile = found('file', (await this.#all()).get(id), origin)
    if (keep === 'file') return inFile
    try {
      const inKeyring = found('keyring', objectOf((await this.#vault.text(tokenId(id), origin)) ?? ''), origin)
      if (inFile === undefined || inKeyring === undefined) return inKeyring ?? inFile
      // a renewal that found no keyring is in the file
      return inFile.tokens.generation > inKeyring.tokens.generation ? inFile : inKeyring
    } catch (error) {
      if (inFile !== undefined) return inFile
      throw error
    }
  }

  /** @returns Where they are now, and why not in the keyring, in one line */
  async write(
    { id, origin, keep }: TokenPlace,
    tokens: Tokens,
  ): Promise<{ readonly place: 'keyring' | 'file'; readonly reason: string | undefined }> {
    const reason =
      keep === 'keyring' ? await this.#vault.keepText(tokenId(id), origin, JSON.stringify(tokens)) : undefined
    if (keep === 'keyring' && reason === undefined) {
      await this.#replace((all) => all.delete(id))
      return { place: 'keyring', reason }
    }
    await this.#replace((all) => all.set(id, tokens) !== undefined)
    return { place: 'file', reason }
  }

  /** @returns Whether there were some. What stays in a keyring that does not answer is told by `onProblem` */
  async forget({ id, keep }: Pick<TokenPlace, 'id' | 'keep'>, onProblem: (reason: string) => void): Promise<boolean> {
    let had = (await this.#all()).has(id)
    await this.#replace((all) => all.delete(id))
    if (keep === 'file') return had
    try {
      had ||= await this.#vault.has(tokenId(id))
      await this.#vault.forget(tokenId(id))
    } catch (error) {
      onProblem(reasonOf(error))
    }
    return had
  }

  /** @throws ProfileError `keyring-failed` */
  forgetInKeyring(id: string): Promise<void> {
    return this.#vault.forget(tokenId(id))
  }

  async #replace(change: (all: Map<string, unknown>) => boolean): Promise<void> {
    const path = this.#folder.tokensPath
    const before = await readText(path)
    const all = parsed(before, path)
    if (!change(all)) return
    const text = `${JSON.stringify(Object.fromEntries(all), undefined, 2)}\n`
    if (await replaceText(path, text, before)) return
    throw new ProfileError(`Cannot change ${path}: another program writes it.`, { code: 'changed-meanwhile', path })
  }

  async #all(): Promise<Map<string, unknown>> {
    const path = this.#folder.tokensPath
    return parsed(await readText(path), path)
  }
}

function tokenId(id: string): string {
  return `${id}.tokens`
}

function parsed(text: string | undefined, path: string): Map<string, unknown> {
  if (text === undefined) return new Map()
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return new Map(Object.entries(value))
  } catch {
    // the parser's message shows a part of the text
  }
  throw new ProfileError(`Cannot understand ${path}: it is no JSON object.`, {
    code: 'invalid-file',
    path,
    hint: 'Delete it and sign in again.',
  })
}

/** Tokens as they were kept; `undefined` for anything else, and for those of another server. */
function found(place: FoundTokens['place'], value: unknown, origin: string): FoundTokens | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const tokens = value as { readonly [K in keyof Tokens]?: unknown }
  const isText = (one: unknown): boolean => typeof one === 'string' && one !== ''
  const texts = [tokens.clientId, tokens.tokenEndpoint, tokens.accessToken]
  const numbers = [tokens.generation, tokens.obtained]
  const isOk = texts.every(isText) && numbers.every((one) => typeof one === 'number') && tokens.origin === origin
  return isOk ? { place, tokens: tokens as Tokens } : undefined
}
