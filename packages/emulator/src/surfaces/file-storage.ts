import type { EmulatorSettings } from '../settings.js'
import type { UploadedFile } from '../http/form.js'
import { ApiError, conflict, uncoded } from '../http/web-message.js'
import { type Resize, loadSharp, makeVariants, reencode, typeByExtension } from '../images.js'
import type { EmulatorState, FileResource, User } from '../state.js'
import { type Spooled, discard } from '../storage/spool.js'
import type { Traits } from '../versions.js'
import { extensionOf, isBlocked, storedContentType, storedName } from './file-names.js'

/** What a domain asks of its images, in the order in which it is checked. */
interface ImageRules {
  readonly types?: readonly string[]
  readonly extensions: readonly string[]
  /** Bytes. */
  readonly maxSize: number
  readonly resize: Resize
}

const PICTURES = {
  types: ['image/jpeg', 'image/png', 'image/gif'],
  extensions: ['jpg', 'jpeg', 'png', 'gif'],
} as const

const IMAGE_DOMAINS: Readonly<Record<string, ImageRules>> = {
  ICON: { extensions: ['png'], maxSize: 25_000_000, resize: { exactly: 48 } },
  USER_AVATAR: { ...PICTURES, maxSize: 2_000_000, resize: { longerSide: 200 } },
  ORG_UNIT: { ...PICTURES, maxSize: 8_000_000, resize: { longerSide: 800 } },
}

const VARIANT_DOMAINS = new Set(['DATA_VALUE', 'USER_AVATAR', 'ORG_UNIT'])
const VARIANT_TYPES = new Set(['image/png', 'image/jpeg', 'image/jpg'])
const NAME_LIMIT = 230
const TYPE_LIMIT = 255
const UID_LIMIT = 11

/** Whether images of this type and domain are stored in several sizes. */
export function qualifiesForVariants(domain: string, contentType: string): boolean {
  return VARIANT_DOMAINS.has(domain) && VARIANT_TYPES.has(contentType)
}

/** Saves uploads as file resources: the checks, the re-encoding, and the storage that comes later. */
export class FileStorage {
  /** Uploads whose bytes must never arrive; set by a fault. */
  readonly neverStored: Set<Spooled> = new Set()
  /** Who uses a file, by domain: the surfaces that keep data values and messages register themselves here. */
  readonly owners: Map<string, (file: FileResource) => object[]> = new Map()
  readonly #state: EmulatorState
  readonly #traits: Traits
  readonly #settings: Required<EmulatorSettings>
  readonly #saved: () => void
  readonly #arriving = new Set<Promise<void>>()

  constructor(options: {
    state: EmulatorState
    traits: Traits
    settings: Required<EmulatorSettings>
    saved: () => void
  }) {
    this.#state = options.state
    this.#traits = options.traits
    this.#settings = options.settings
    this.#saved = options.saved
  }

  /**
   * The cap on what `/fileResources` receives, where the version applies it there.
   *
   * @throws ApiError 409
   */
  checkReceivedSize(file: UploadedFile): void {
    if (this.#traits.sizeCap === 'received') checkSize(file.spooled.size, this.#settings.maxFileUploadSize)
  }

  /**
   * Saves an upload: rows 6 to 17 of WIRE.md 1.3, in that order. Its bytes are stored later.
   *
   * @throws ApiError 409 or 500 with the reason of the first check that fails
   */
  async save(
    file: UploadedFile,
    options: { domain: string; uid?: string | undefined; user: User },
  ): Promise<FileResource> {
    const { domain, user } = options
    const name = storedName(file.filename)
    let { spooled } = file
    let contentType = storedContentType(file.contentType)
    const rules = IMAGE_DOMAINS[domain]
    if (rules !== undefined) {
      checkImage(rules, name, file)
      spooled = await reencode(spooled, extensionOf(name), rules.resize)
      contentType = typeByExtension(extensionOf(name))
    }
    if (this.#traits.sizeCap === 'saved') checkSize(spooled.size, this.#settings.maxFileUploadSize)
    if (spooled.size === 0) throw conflict('Could not read file or file is empty.')
    if (options.uid !== undefined && this.#state.fileResources.has(options.uid))
      throw conflict(`FileResource already exists: \`${options.uid}\``, 'E1119')
    if (isBlocked(contentType, name)) throw conflict('File type not allowed', 'E6101')
    checkColumn(name, NAME_LIMIT)
    checkColumn(options.uid ?? '', UID_LIMIT)
    checkColumn(contentType, TYPE_LIMIT)
    const hasVariants = qualifiesForVariants(domain, contentType)
    if (hasVariants) await loadSharp()

    const now = this.#state.now()
    const { storageDelay } = this.#settings
    const never = storageDelay === 'never' || this.neverStored.delete(file.spooled)
    const row: FileResource = {
      id: options.uid ?? this.#state.newUid(),
      name,
      created: this.#state.timestamp(now),
      lastUpdated: this.#state.timestamp(now),
      createdBy: { id: user.id },
      lastUpdatedBy: { id: user.id },
      contentType,
      contentLength: spooled.size,
      contentMd5: spooled.md5,
      domain,
      assigned: false,
      storageKey: this.#state.newStorageKey(domain),
      arrivesAt: never ? undefined : now.getTime() + Number(storageDelay),
      hasVariants,
    }
    // two requests may have asked for the same uid while an image was re-encoded
    if (this.#state.fileResources.has(row.id)) throw conflict(`FileResource already exists: \`${row.id}\``, 'E1119')
    this.#state.fileResources.put(row)
    spooled.adopted = true
    const arrival = this.#store(row, spooled, never).finally(() => this.#arriving.delete(arrival))
    this.#arriving.add(arrival)
    return row
  }

  /** Waits until the bytes of every accepted upload are stored, or given up. */
  async settle(): Promise<void> {
    await Promise.all(this.#arriving)
  }

  /** Removes a file resource with its blobs, as 2.41 and 2.42 do with the file of a deleted data value. */
  async remove(file: FileResource): Promise<void> {
    this.#state.fileResources.delete(file.id)
    for (const suffix of ['', 'small', 'medium', 'large']) await this.#state.blobs.remove(file.storageKey + suffix)
  }

  /** Variants first, the original last: `STORED` means that all are there. */
  async #store(row: FileResource, spooled: Spooled, never: boolean): Promise<void> {
    try {
      const variants = never || !row.hasVariants ? undefined : await makeVariants(spooled, row.contentType)
      if (never || (row.hasVariants && variants === undefined)) {
        row.arrivesAt = undefined
        await discard(spooled)
      } else {
        for (const [suffix, bytes] of variants ?? []) await this.#state.blobs.put(row.storageKey + suffix, bytes)
        await this.#state.blobs.put(row.storageKey, spooled)
      }
    } catch {
      row.arrivesAt = undefined
    }
    this.#saved()
  }
}

function checkImage(rules: ImageRules, name: string, { contentType, spooled }: UploadedFile): void {
  if (rules.types !== undefined) {
    if (contentType === undefined) throw uncoded(409, 'Invalid content type, content type is NULL')
    if (!rules.types.includes(contentType.split(';')[0]?.trim() ?? ''))
      throw uncoded(409, `Invalid content type, valid content types are: ${rules.types.join(',')}`)
  }
  if (!rules.extensions.includes(extensionOf(name)))
    throw uncoded(409, `Wrong file extension, valid extensions are: ${rules.extensions.join(',')}`)
  checkSize(spooled.size, rules.maxSize)
}

function checkSize(size: number, limit: number): void {
  if (size > limit) throw uncoded(409, `File size can't be bigger than ${limit}, current file size ${size}`)
}

/** The database's own complaint. */
function checkColumn(value: string, limit: number): void {
  if ([...value].length > limit) throw new ApiError(409, `ERROR: value too long for type character varying(${limit})`)
}
