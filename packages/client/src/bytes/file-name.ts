import type { VersionTraits } from '../versions.js'
import { quoted, type Refusal, refusedFile } from './refusal.js'

/** Characters (code points, as PostgreSQL counts them) that DHIS2's column holds (WIRE.md 1.2). */
const MAX_CHARACTERS = 230

/**
 * Bytes that the header section of a part may have, its closing empty line included: commons-fileupload 1.6 (2.41) and
 * Tomcat (2.42 and later) count every byte after the line of the boundary, up to and with CR LF CR LF, and fail when the
 * count exceeds 512. So 512 itself fits, and no byte needs to be kept in reserve.
 */
const MAX_HEADER_BYTES = 512

/** With the flag `u` a pair is one character, which this does not match. */
const LONE_SURROGATE = /[\ud800-\udfff]/u

/**
 * What looks like an encoded word (RFC 2047): 41 decodes one that begins a word, Spring any in a name that begins so,
 * and Tomcat before it fails on a broken one.
 */
const ENCODED_WORD = /(?:^| )=\?.*\?=/s

/** A reason for which a name cannot arrive exactly. */
export interface NameRule {
  readonly id: string
  refusal(name: string, type: string, traits: VersionTraits): Refusal | undefined
}

/** Why names are refused. */
export const NAME_RULES: readonly NameRule[] = [
  {
    id: 'name-blank',
    refusal: (name) =>
      [...name].every(isJavaBlank)
        ? {
            rule: 'A file needs a name',
            limit: 'one character that is not blank (DHIS2 would call it "untitled")',
            actual: name === '' ? 'none' : `${name.length} blanks`,
            change: 'Pass a filename.',
          }
        : undefined,
  },
  {
    id: 'name-nul',
    refusal: (name) =>
      name.includes('\0')
        ? {
            rule: 'DHIS2 fails on a name with a NUL character',
            limit: 'none',
            actual: `one at position ${name.indexOf('\0') + 1}`,
            change: 'Remove it.',
          }
        : undefined,
  },
  {
    id: 'name-surrogate',
    refusal: (name) =>
      LONE_SURROGATE.test(name)
        ? {
            rule: 'The name must be well-formed Unicode',
            limit: 'no half of a surrogate pair (UTF-8 cannot hold it)',
            actual: `one at position ${name.search(LONE_SURROGATE) + 1}`,
            change: 'Remove it, for example with name.toWellFormed().',
          }
        : undefined,
  },
  {
    id: 'name-path',
    refusal: (name) =>
      /[/\\]/.test(name)
        ? {
            rule: 'DHIS2 takes what stands before a / or \\ for a path and cuts it off',
            limit: 'neither character',
            actual: `DHIS2 would call it ${quoted(name.slice(name.search(/[^/\\]*$/)))}`,
            change: 'Pass a filename without a path.',
          }
        : undefined,
  },
  {
    id: 'name-trimmed',
    refusal: (name, _type, traits) =>
      // String.trim of Java: all up to U+0020
      traits.trimsFileNames && /^[\0- ]|[\0- ]$/.test(name)
        ? {
            rule: `DHIS2 ${traits.line} cuts off blanks and control characters at the ends of a name`,
            limit: 'none there',
            actual: /^[\0- ]/.test(name) ? 'some at the start' : 'some at the end',
            change: 'Trim the filename.',
          }
        : undefined,
  },
  {
    id: 'name-too-long',
    refusal(name) {
      const characters = [...name].length
      if (characters <= MAX_CHARACTERS) return undefined
      return {
        rule: 'The name is too long for DHIS2',
        limit: `${MAX_CHARACTERS} characters`,
        actual: String(characters),
        change: `Shorten it by ${characters - MAX_CHARACTERS} characters.`,
      }
    },
  },
  {
    id: 'name-header',
    refusal(name, type, traits) {
      const least = Math.min(...forms(name, traits).map((form) => byteLength(partHeader(form, type))))
      if (least <= MAX_HEADER_BYTES) return undefined
      return {
        rule: 'The name is too long for the header of its part, in which it stands encoded',
        limit: `${MAX_HEADER_BYTES} bytes, content type included`,
        actual: `${least} bytes`,
        change: `Shorten it by ${least - MAX_HEADER_BYTES} bytes (a letter beyond ASCII has 2 to 12 of them).`,
      }
    },
  },
]

/**
 * The value of `Content-Disposition` with which DHIS2 of this version takes exactly this name: raw UTF-8 in `filename`
 * where that is exact, else `filename*` (RFC 5987), with an ASCII `filename` before it if there is room for it; and
 * where that has no room either, raw with its quotes escaped, on the versions that undo that.
 * `type` is the content type of the part, as it will be sent: it shares the room.
 * @throws Dhis2Error `rejected-file` for a name that no form carries exactly; not with `anyName`, which sends what is
 *   closest to it and leaves the judgement to DHIS2.
 */
export function dispositionOf(
  filename: string,
  type: string,
  traits: VersionTraits,
  options: { readonly anyName?: boolean | undefined } = {},
): string {
  if (options.anyName !== true) {
    for (const rule of NAME_RULES) {
      const refusal = rule.refusal(filename, type, traits)
      if (refusal !== undefined) throw refusedFile(quoted(filename), refusal)
    }
  }
  const all = forms(filename, traits)
  return all.find((form) => byteLength(partHeader(form, type)) <= MAX_HEADER_BYTES) ?? all[0] ?? ''
}

/** The header section of the part of a file, its closing empty line included. */
export function partHeader(disposition: string, type: string): string {
  return `Content-Disposition: ${disposition}\r\nContent-Type: ${type}\r\n\r\n`
}

/** The ways to write a name that this version reads exactly, best first. There is at least one. */
function forms(name: string, traits: VersionTraits): string[] {
  const plain = `form-data; name="file"`
  // neither controls, which may end the line, nor the backslash, which escapes
  const canBeQuoted = /^[ -[\]-~\x80-\uffff]*$/.test(name) && !ENCODED_WORD.test(name)
  if (canBeQuoted && !name.includes('"')) return [`${plain}; filename="${name}"`]
  const extended = `filename*=UTF-8''${percentEncoded(name)}`
  const fallback = name.replace(/[^ ().0-9A-Z_a-z-]/gu, '_')
  const all = [`${plain}; filename="${fallback}"; ${extended}`, `${plain}; ${extended}`]
  // what trims names is commons-fileupload (41); Spring's own parser undoes escapes (file.upload.name.backslash-quote)
  if (canBeQuoted && !traits.trimsFileNames) all.push(`${plain}; filename="${name.replaceAll('"', '\\"')}"`)
  return all
}

/** RFC 5987: only `attr-char` stays as it is, because Spring refuses any other. */
function percentEncoded(name: string): string {
  let encoded = ''
  for (const byte of new TextEncoder().encode(name)) {
    const character = String.fromCharCode(byte)
    const plain = /[!#$&+.0-9A-Z^_`a-z|~-]/.test(character)
    encoded += plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return encoded
}

/** What `Character.isWhitespace` of Java says: also the separators of ASCII, not the no-break spaces. */
function isJavaBlank(character: string): boolean {
  if (character < ' ') return /\s/.test(character) || character >= '\u001c'
  return /\s/.test(character) && !'\u00a0\u2007\u202f\ufeff'.includes(character)
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).byteLength
}
