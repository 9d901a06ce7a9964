import { isDhis2Error } from '@dhis2-files/client'

/** Something that the person at the keyboard can put right. Its message says what and how. */
export class Failure extends Error {}

/** An error as one line that says what failed and what to do. */
export function explain(error: unknown): string {
  if (error instanceof Failure || isDhis2Error(error)) return oneLine(error.message)
  // misuse, such as a DHIS2_URL that is no URL
  if (error instanceof TypeError) return oneLine(error.message)
  return `This should not happen: ${oneLine(error instanceof Error ? error.message : String(error))}`
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
