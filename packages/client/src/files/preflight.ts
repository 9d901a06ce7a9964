import { extensionOf } from '../bytes/content-type.js'
import { NAME_RULES } from '../bytes/file-name.js'
import { quoted, type Refusal, refusedFile } from '../bytes/refusal.js'
import type { Dhis2Error } from '../errors.js'
import { isReencoded } from '../models/file-resource.js'
import type { VersionTraits } from '../versions.js'
import { blockedExtension, blockedType } from './block-list.js'
import { hexOf, isKnownToImageIo, isKnownToJdk, VARIANT_TYPES } from './image-bytes.js'

/** DHIS2's default of `max.file_upload_size`, in bytes. */
const DEFAULT_MAX_FILE_UPLOAD_SIZE = 10_000_000

/** How many of a file's first bytes the rules look at, at most. */
export const HEAD_BYTES = 64

/** What is known of a file before it is sent. */
export interface PreflightFacts {
  readonly filename: string
  /** Content type, as it will be sent. */
  readonly type: string
  /** Bytes; `undefined` when they are not known yet. */
  readonly size: number | undefined
  /** The first {@link HEAD_BYTES} bytes or more; fewer only if the file has no more. */
  readonly head: Uint8Array
  /** In any case, as DHIS2 takes it. */
  readonly domain: string
  readonly traits: VersionTraits
  /** The server's `max.file_upload_size`, in bytes. Default {@link DEFAULT_MAX_FILE_UPLOAD_SIZE}. */
  readonly maxFileUploadSize?: number | undefined
}

/** One reason for which DHIS2 refuses or loses a file. */
export interface PreflightRule {
  readonly id: string
  /** Why the file is refused; `undefined` if it is not. */
  applies(facts: PreflightFacts): Refusal | undefined
  /** Bytes that this rule allows a file of these facts, for rules about size. */
  limit?(facts: PreflightFacts): number | undefined
}

const PHOTO_TYPES = ['image/jpeg', 'image/png', 'image/gif']
const PHOTO_EXTENSIONS = ['jpg', 'jpeg', 'png', 'gif']

const isPhoto = ({ domain }: PreflightFacts): boolean => domain === 'USER_AVATAR' || domain === 'ORG_UNIT'
const max = (facts: PreflightFacts): number => facts.maxFileUploadSize ?? DEFAULT_MAX_FILE_UPLOAD_SIZE

/**
 * Why DHIS2 would refuse a file, or take it and never store it, in the order in which it looks (WIRE.md 1.3, 1.6). The
 * domain of the facts is in capitals. A version differs by its traits alone.
 */
export const PREFLIGHT_RULES: PreflightRule[] = [
  {
    id: 'unknown-domain',
    applies: ({ domain, traits }) =>
      traits.domains.includes(domain)
        ? undefined
        : {
            rule: `DHIS2 ${traits.line} has no such domain`,
            limit: `one of ${traits.domains.join(', ')}`,
            actual: domain,
            change: 'Use one of them.',
          },
  },
  sizeRule(
    'size-cap',
    (facts) => (facts.traits.capsImagesBeforeResize || !isReencoded(facts.domain) ? max(facts) : undefined),
    `A server's limit can be raised with max.file_upload_size in its dhis.conf; if it is raised already, say so with the client's option maxFileUploadSize.`,
  ),
  {
    id: 'icon-extension',
    applies: (facts) => (facts.domain === 'ICON' ? wrongExtension(facts, ['png']) : undefined),
  },
  sizeRule('size-icon', ({ domain }) => (domain === 'ICON' ? 25_000_000 : undefined)),
  {
    id: 'photo-type',
    applies(facts) {
      // without its parameters, and in lower case only
      if (!isPhoto(facts) || PHOTO_TYPES.includes((facts.type.split(';', 1)[0] ?? '').trim())) return undefined
      return {
        rule: `A file of domain ${facts.domain} must be declared as an image`,
        limit: PHOTO_TYPES.join(', '),
        actual: facts.type === '' ? 'nothing' : facts.type,
        change: 'Convert the image if it is none of them, and pass its contentType.',
      }
    },
  },
  {
    id: 'photo-extension',
    applies: (facts) => (isPhoto(facts) ? wrongExtension(facts, PHOTO_EXTENSIONS) : undefined),
  },
  sizeRule('size-avatar', ({ domain }) => (domain === 'USER_AVATAR' ? 2_000_000 : undefined)),
  sizeRule('size-org-unit', ({ domain }) => (domain === 'ORG_UNIT' ? 8_000_000 : undefined)),
  {
    id: 'undecodable-image',
    applies(facts) {
      if (!isReencoded(facts.domain) || facts.head.byteLength === 0 || isKnownToImageIo(facts.head)) return undefined
      return {
        rule: `DHIS2 encodes a file of domain ${facts.domain} anew and cannot decode this one`,
        limit: 'a PNG, JPEG or GIF image',
        actual: `it starts with ${hexOf(facts.head)}`,
        change: 'Convert it; to give it another name or type does not help.',
      }
    },
  },
  {
    id: 'empty',
    applies: ({ size, head }) =>
      size === 0 || (size === undefined && head.byteLength === 0)
        ? {
            rule: 'DHIS2 does not take empty files',
            limit: 'at least 1 byte',
            actual: '0 bytes',
            change: 'Check whether the file was written to its end.',
            errorCode: 'E1004',
          }
        : undefined,
  },
  {
    id: 'blocked-type',
    // of a re-encoded image DHIS2 looks at the type that it made itself
    applies: ({ domain, type }) => (isReencoded(domain) ? undefined : blockedType(type)),
  },
  { id: 'blocked-extension', applies: ({ filename }) => blockedExtension(filename) },
  {
    id: 'never-stored-image',
    applies({ domain, type, head }) {
      const becomesVariants = domain === 'DATA_VALUE' && VARIANT_TYPES.includes(type)
      if (!becomesVariants || head.byteLength === 0 || isKnownToJdk(head)) return undefined
      const jpeg = head[0] === 0xff && head[1] === 0xd8
      return {
        rule: `DHIS2 would accept this file but never store it: declared as ${type}, it is stored only with its smaller versions, which DHIS2 makes of no file that starts so`,
        limit: 'a PNG, or a JPEG that starts with FF D8 FF E0, FF D8 FF EE or FF D8 FF E1 and "Exif"',
        actual: `${jpeg ? 'a JPEG that' : 'it'} starts with ${hexOf(head)}`,
        change:
          'Declare contentType "application/octet-stream" (then it is stored as it is, without smaller versions, and cannot be the value of an IMAGE), or encode the image anew.',
      }
    },
  },
  ...NAME_RULES.map(
    ({ id, refusal }): PreflightRule => ({
      id,
      applies: ({ filename, type, traits }) => refusal(filename, type, traits),
    }),
  ),
]

/**
 * Checks a file against what DHIS2 of this version takes in this domain, before a byte is sent.
 * @throws Dhis2Error `rejected-file` with the rule, the limit, the actual value and what to change.
 */
export function preflight(facts: PreflightFacts): void {
  const normal = normalized(facts)
  for (const rule of PREFLIGHT_RULES) {
    const refusal = rule.applies(normal)
    if (refusal !== undefined) throw refused(normal, refusal)
  }
}

/** The most bytes that a file of these facts may have; `undefined` if nothing limits it. */
export function sizeLimit(facts: PreflightFacts): number | undefined {
  const limits = PREFLIGHT_RULES.map((rule) => rule.limit?.(normalized(facts)) ?? Number.POSITIVE_INFINITY)
  const least = Math.min(...limits)
  return least === Number.POSITIVE_INFINITY ? undefined : least
}

/** The error for a file whose size became known too late: `loaded` bytes of it were sent, which is more than {@link sizeLimit}. */
export function tooLargeError(facts: PreflightFacts, loaded: number): Dhis2Error {
  const normal = normalized({ ...facts, size: loaded })
  for (const rule of PREFLIGHT_RULES) {
    const refusal = rule.limit === undefined ? undefined : rule.applies(normal)
    if (refusal !== undefined) return refused(normal, { ...refusal, actual: `${loaded} bytes so far` })
  }
  throw new TypeError(`${loaded} bytes are not too many.`)
}

function normalized(facts: PreflightFacts): PreflightFacts {
  // an empty domain is the default one for DHIS2 too
  return { ...facts, domain: facts.domain === '' ? 'DATA_VALUE' : facts.domain.toUpperCase() }
}

function sizeRule(
  id: string,
  limit: (facts: PreflightFacts) => number | undefined,
  change = 'Make the image smaller: this limit is fixed.',
): PreflightRule {
  return {
    id,
    limit,
    applies(facts) {
      const bytes = limit(facts)
      if (bytes === undefined || facts.size === undefined || facts.size <= bytes) return undefined
      return {
        rule: `DHIS2 does not take such big files in domain ${facts.domain}`,
        limit: `${bytes} bytes`,
        actual: `${facts.size} bytes`,
        change,
      }
    },
  }
}

function wrongExtension({ filename, domain }: PreflightFacts, allowed: readonly string[]): Refusal | undefined {
  const extension = extensionOf(filename)
  if (allowed.includes(extension)) return undefined
  const list = allowed.map((one) => `.${one}`).join(', ')
  return {
    rule: `The name of a file of domain ${domain} must end in an extension that DHIS2 knows, in lower case`,
    limit: list,
    actual: extension === '' ? 'no extension' : `.${extension}`,
    change: allowed.includes(extension.toLowerCase())
      ? `Pass a filename that ends in .${extension.toLowerCase()}.`
      : `Convert the image if it is none of them, and pass a filename that ends in ${list}.`,
  }
}

function refused(facts: PreflightFacts, refusal: Refusal): Dhis2Error {
  return refusedFile(`${quoted(facts.filename)} (${facts.domain})`, refusal)
}
