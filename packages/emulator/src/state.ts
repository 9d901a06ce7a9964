import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes, randomUUID } from 'node:crypto'
import type { BlobReader, BlobStore } from './storage/blob-store.js'
import { Collection, type Row } from './storage/collection.js'
import { totp } from './auth/totp.js'
import { seed } from './metadata/defaults.js'
import type { Traits } from './versions.js'

/** A file resource's row, with what DHIS2 never shows. */
export interface FileResource extends Row {
  /** Name of the file, as the version keeps it. */
  name: string
  /** MIME type as it was sent. */
  contentType: string
  /** Bytes. */
  contentLength: number
  /** Lower-case hex. */
  contentMd5: string
  /** `DOCUMENT`, `DATA_VALUE` … */
  domain: string
  /** Whether an object has taken it. */
  assigned: boolean
  /** `<domain prefix>/<uuid>`: where its blob is. Hidden on the wire. */
  storageKey: string
  /** When its blob is there (milliseconds since 1970); undefined: never. Hidden on the wire. */
  arrivesAt: number | undefined
  /** It has, or will have, blobs of several sizes. Hidden on the wire. */
  hasVariants: boolean
  /** What it is attached to: a document, event, tracked entity … Hidden on the wire. */
  fileResourceOwner?: string
}

/** A user account as the emulator keeps it. */
export interface User extends Row {
  /** The name to sign in with. */
  username: string
  /** First name. */
  firstName: string
  /** Surname. */
  surname: string
  /** Salted hash. Hidden on the wire. */
  password: string
  /** Its roles, by uid: their authorities are its own. */
  userRoles: readonly { id: string }[]
  /** Base32 of its authenticator app: with it the account signs in with two factors. Hidden on the wire. */
  secret?: string
}

/** A verified sign-in: which account, how, when. */
export interface SignIn {
  /** Whose account it was. */
  readonly username: string
  /** Password, personal access token, access token of OAuth2, or login form. */
  readonly scheme: 'basic' | 'token' | 'bearer' | 'login'
  /** The emulator’s time, as ISO 8601. */
  readonly time: string
}

/** Folder of a domain in the blob store. */
const PREFIXES: Readonly<Record<string, string>> = {
  DATA_VALUE: 'dataValue',
  PUSH_ANALYSIS: 'pushAnalysis',
  DOCUMENT: 'document',
  MESSAGE_ATTACHMENT: 'messageAttachment',
  USER_AVATAR: 'userAvatar',
  ORG_UNIT: 'organisationUnit',
  ICON: 'icon',
  JOB_DATA: 'jobData',
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const ALPHANUMERICS = `${LETTERS}0123456789`

/**
 * All that the emulated DHIS2 knows. Tests may read and change it directly, without going through HTTP; changes made here are
 * not validated, and are written to a storage folder by `save`.
 */
export class EmulatorState {
  /** Every verified sign-in, in order. A request that came with a valid session is none. */
  readonly signIns: SignIn[] = []
  /** The bytes of all files, by storage key. `bytes(uid)` is the way to them for a test. */
  readonly blobs: BlobStore
  readonly #traits: Traits
  readonly #clock: () => Date
  readonly #seed: Parameters<typeof seed>[1]
  readonly #collections = new Map<string, Collection>()
  readonly #blobsHidden = new AsyncLocalStorage<true>()

  constructor(options: {
    blobs: BlobStore
    traits: Traits
    clock: () => Date
    users: Parameters<typeof seed>[1]
  }) {
    this.blobs = options.blobs
    this.#traits = options.traits
    this.#clock = options.clock
    this.#seed = options.users
    seed(this, this.#seed, this.#traits)
  }

  /** The objects of a type, by its plural name (`documents`, `organisationUnits`, …); made on first use. */
  collection<T extends Row = Row>(type: string): Collection<T> {
    let collection = this.#collections.get(type)
    if (collection === undefined) {
      collection = new Collection(type)
      this.#collections.set(type, collection)
    }
    return collection as Collection<T>
  }

  /** Documents, by uid. */
  get documents(): Collection {
    return this.collection('documents')
  }

  /** File resources, by uid. */
  get fileResources(): Collection<FileResource> {
    return this.collection<FileResource>('fileResources')
  }

  /** User accounts, by uid. */
  get users(): Collection<User> {
    return this.collection<User>('users')
  }

  /** Organisation units, by uid. */
  get organisationUnits(): Collection {
    return this.collection('organisationUnits')
  }

  /** The emulator's time. */
  now(): Date {
    return this.#clock()
  }

  /** The emulator's time as DHIS2 writes it: no zone. */
  timestamp(at: Date = this.now()): string {
    return at.toISOString().slice(0, -1)
  }

  /**
   * What the authenticator app of an account shows now, by the emulator's time; undefined for an account without one.
   * A code is taken for 30 seconds, and for 30 more.
   */
  twoFactorCode(username: string): string | undefined {
    const secret = this.users.find((user) => user.username === username)?.secret
    return secret === undefined ? undefined : totp(secret, this.now())
  }

  /** A fresh uid: a letter and ten letters or digits. */
  newUid(): string {
    const bytes = randomBytes(11)
    return Array.from(bytes, (byte, at) => {
      const from = at === 0 ? LETTERS : ALPHANUMERICS
      return from.charAt(byte % from.length)
    }).join('')
  }

  /** A fresh storage key for a domain. */
  newStorageKey(domain: string): string {
    return `${PREFIXES[domain] ?? 'file'}/${randomUUID()}`
  }

  /** `STORED` once the blob is there, else `PENDING`. */
  storageStatus(file: FileResource): 'STORED' | 'PENDING' {
    return this.blob(file) === undefined ? 'PENDING' : 'STORED'
  }

  /** Runs something for which every blob is lost. */
  withoutBlobs<T>(run: () => T): T {
    return this.#blobsHidden.run(true, run)
  }

  /** The bytes of a file resource; undefined while they have not arrived, and when they were lost. */
  blob(file: FileResource, variant = ''): BlobReader | undefined {
    if (this.#blobsHidden.getStore()) return undefined
    if (file.arrivesAt === undefined || this.now().getTime() < file.arrivesAt) return undefined
    return this.blobs.get(file.storageKey + variant)
  }

  /** The whole content of a file resource, for tests; undefined where `blob` is. */
  async bytes(uid: string): Promise<Uint8Array | undefined> {
    const file = this.fileResources.get(uid)
    return file === undefined || this.blob(file) === undefined ? undefined : this.blobs.bytes(file.storageKey)
  }

  /** Everything as JSON: what a state file holds. */
  toJSON(): object {
    return {
      format: 1,
      version: this.#traits.line,
      collections: Object.fromEntries([...this.#collections].map(([type, rows]) => [type, [...rows.values()]])),
      blobs: this.blobs.index(),
    }
  }

  /** Replaces everything by what `toJSON` gave. */
  restore(saved: ReturnType<typeof JSON.parse>): void {
    this.#collections.clear()
    for (const [type, rows] of Object.entries<Row[]>(saved.collections))
      for (const row of rows) this.collection(type).put(row)
    this.blobs.restore(saved.blobs)
  }

  /** Back to a fresh DHIS2: no files, no objects but the built-in ones. */
  async reset(): Promise<void> {
    this.#collections.clear()
    this.signIns.length = 0
    await this.blobs.clear()
    seed(this, this.#seed, this.#traits)
  }
}
