import type { Sharp } from 'sharp'
import { ApiError } from './http/web-message.js'
import { type Spooled, spooledBytes } from './storage/spool.js'

/** Formats that the server can write, by file extension. */
const ENCODERS: Readonly<Record<string, 'png' | 'jpeg' | 'gif'>> = { png: 'png', jpg: 'jpeg', jpeg: 'jpeg', gif: 'gif' }
/** Formats that Java's ImageIO can read. */
const READABLE = new Set(['png', 'jpeg', 'gif', 'tiff', 'tif'])

/** Sizes that an image is stored in beside its own, smallest first; the number is the width in pixels. */
export const VARIANTS: Readonly<Record<string, number>> = { small: 256, medium: 512, large: 1024 }

/** What to do without sharp. */
const SHARP_MISSING =
  'This emulator re-encodes images with the package sharp, which is not installed: run "npm install --save-dev sharp" where @dhis2-files/emulator is installed, and start it again'

type SharpModule = (input: Uint8Array | string) => Sharp
let sharp: Promise<SharpModule> | undefined

/**
 * Loads sharp on first use.
 *
 * @throws ApiError 501 that says what to install
 */
export function loadSharp(): Promise<SharpModule> {
  sharp ??= import('sharp').then(
    (module) => module.default as unknown as SharpModule,
    () => {
      sharp = undefined
      throw new ApiError(501, SHARP_MISSING, { rendering: 'controller' })
    },
  )
  return sharp
}

/** How a domain's images are re-encoded before they are stored (WIRE.md 1.4). */
export type Resize = { readonly exactly: number } | { readonly longerSide: number }

/**
 * Re-encodes an image in the format that the extension names. What that format cannot hold becomes an empty file.
 *
 * @throws ApiError 500 when the bytes are no image, 501 without sharp
 */
export async function reencode(spooled: Spooled, extension: string, resize: Resize): Promise<Spooled> {
  const load = await loadSharp()
  const input = spooled.bytes ?? spooled.path ?? new Uint8Array()
  const meta =
    spooled.size === 0
      ? undefined
      : await load(input)
          .metadata()
          .catch(() => undefined)
  if (meta === undefined || !READABLE.has(meta.format))
    throw new ApiError(500, 'Failed to resize image: src cannot be null')
  if (meta.space === 'cmyk') throw new ApiError(500, 'Failed to resize image: Unsupported Image Type')
  const format = ENCODERS[extension.toLowerCase()]
  if (format === undefined || (format === 'jpeg' && meta.hasAlpha)) return spooledBytes(new Uint8Array())
  const size =
    'exactly' in resize
      ? { width: resize.exactly, height: resize.exactly, fit: 'fill' as const }
      : meta.width >= meta.height
        ? { width: resize.longerSide }
        : { height: resize.longerSide }
  try {
    return spooledBytes(withJfif(await load(input).resize(size).toFormat(format).toBuffer()))
  } catch (error) {
    throw new ApiError(500, `Failed to resize image: ${(error as Error).message}`)
  }
}

const JFIF = Buffer.from('ffe000104a46494600010100000100010000', 'hex')

/** Java's encoder begins a JPEG with a JFIF segment; sharp's does not, and DHIS2 would not store what lacks one. */
function withJfif(image: Uint8Array): Uint8Array {
  const bare = image[0] === 0xff && image[1] === 0xd8 && image[3] === 0xdb
  return bare ? Buffer.concat([image.subarray(0, 2), JFIF, image.subarray(2)]) : image
}

/** Content type of a re-encoded file. */
export function typeByExtension(extension: string): string {
  return `image/${ENCODERS[extension.toLowerCase()] ?? 'png'}`
}

/** The stored sizes of an image by name; undefined when the server cannot make them, and so stores nothing. */
export async function makeVariants(
  spooled: Spooled,
  contentType: string,
): Promise<ReadonlyMap<string, Spooled> | undefined> {
  const guessed = guessImageType(spooled.head)
  if (guessed === undefined) return undefined
  const load = await loadSharp()
  const input = spooled.bytes ?? spooled.path ?? new Uint8Array()
  try {
    const meta = await load(input).metadata()
    const format = contentType === 'image/png' ? 'png' : 'jpeg'
    if (meta.space === 'cmyk' || (format === 'jpeg' && meta.hasAlpha)) return undefined
    const variants = new Map<string, Spooled>()
    for (const [name, width] of Object.entries(VARIANTS))
      variants.set(name, spooledBytes(withJfif(await load(input).resize({ width }).toFormat(format).toBuffer())))
    return variants
  } catch {
    return undefined
  }
}

/**
 * What the JDK takes a file's first bytes for, where that is png or jpeg. JPEGs whose fourth byte is not E0, EE, or E1 with
 * an Exif mark go unrecognised (WIRE.md 1.6).
 */
function guessImageType(head: Uint8Array): 'image/png' | 'image/jpeg' | undefined {
  const starts = (...bytes: number[]) => bytes.every((byte, at) => head[at] === byte)
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png'
  if (!starts(0xff, 0xd8, 0xff)) return undefined
  if (head[3] === 0xe0 || head[3] === 0xee) return 'image/jpeg'
  const exif = Buffer.from(head.subarray(6, 11)).toString('latin1') === 'Exif\0'
  return head[3] === 0xe1 && exif ? 'image/jpeg' : undefined
}
