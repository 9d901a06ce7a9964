/** What bytes are, for whoever shows them. */
export type KindOfBytes =
  /** One that every assistant can look at. */
  | { readonly kind: 'image'; readonly mimeType: string }
  | { readonly kind: 'text'; readonly mimeType: string; readonly text: string }
  | { readonly kind: 'other'; readonly mimeType: string }

/** How images begin that assistants take. What is only called an image would make them refuse the whole message. */
const IMAGES: readonly { readonly mimeType: string; readonly begins: RegExp }[] = [
  { mimeType: 'image/png', begins: /^\x89PNG\r\n\x1a\n/ },
  { mimeType: 'image/jpeg', begins: /^\xff\xd8\xff/ },
  { mimeType: 'image/gif', begins: /^GIF8[79]a/ },
  { mimeType: 'image/webp', begins: /^RIFF[^]{4}WEBP/ },
]

/** Types that are text although they are not called so, and those that say nothing. */
const TEXTUAL =
  /^(text\/|$|application\/(octet-stream|json|xml|javascript|yaml|x-yaml|toml|sql|rtf)\b|[^;]*\+(json|xml|yaml)\b)/i

const CONTROL = /[\x00-\x08\x0b\x0e-\x1f\x7f]/

/** Decides by the bytes; the type that was declared only tells text from other things that happen to be readable. */
export function kindOfBytes(bytes: Uint8Array, declared: string): KindOfBytes {
  const mimeType = declared.trim() || 'application/octet-stream'
  const head = String.fromCharCode(...bytes.subarray(0, 16))
  const image = IMAGES.find(({ begins }) => begins.test(head))
  if (image !== undefined) return { kind: 'image', mimeType: image.mimeType }
  const text = TEXTUAL.test(mimeType) ? textOf(bytes) : undefined
  if (text === undefined) return { kind: 'other', mimeType }
  return { kind: 'text', mimeType: declared.trim() || 'text/plain', text }
}

/** The bytes as text, all of them; `undefined` where they are none. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return CONTROL.test(text) ? undefined : text
  } catch {
    return undefined
  }
}
