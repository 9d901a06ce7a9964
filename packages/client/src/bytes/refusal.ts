import { Dhis2Error } from '../errors.js'

/** Why a file cannot be uploaded as it is. */
export interface Refusal {
  /** Which rule it breaks, as a sentence without its full stop. */
  readonly rule: string
  readonly limit: string
  readonly actual: string
  /** What to do about it, as whole sentences. */
  readonly change: string
  /** The code that DHIS2 itself would answer. */
  readonly errorCode?: string | undefined
}

/** The error for a file that is not sent: its message says the rule, the limit, the actual value and what to change. */
export function refusedFile(what: string, { rule, limit, actual, change, errorCode }: Refusal): Dhis2Error {
  return new Dhis2Error(`Cannot upload ${what}: ${rule}. Limit: ${limit}; actual: ${actual}. ${change}`, {
    code: 'rejected-file',
    errorCode,
    hint: change,
  })
}

/** A name in a message: quoted, no longer than a line, with nothing in it that could move a terminal's cursor. */
export function quoted(name: string): string {
  const characters = [...name]
  const text = JSON.stringify(characters.length > 80 ? `${characters.slice(0, 79).join('')}…` : name)
  return text.replace(
    /[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
