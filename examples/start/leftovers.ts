import { type Dhis2Client, isDhis2Error } from '@dhis2-files/client'
import { explain } from './failure.js'
import type { Screen } from './screen.js'

/** What becomes of a file resource, as the end of a sentence. */
export const NEVER_ATTACHED = 'DHIS2 removes it by itself, two days from now at the earliest'
export const DELETED_WITH_DOCUMENT = 'its document is deleted; whoever knows its uid can read it for two days at least'
export const REPLACED = 'another file took its place; DHIS2 keeps it for good'

/** How long deleting may take after a failure or Ctrl-C, in milliseconds. */
const PATIENCE = 15_000

/** What the demonstration has made on the server, and has to answer for. */
export class Leftovers {
  #document: string | undefined
  readonly #files = new Map<string, string>()

  /** From now on there may be a document of this uid. */
  documentMayExist(uid: string): void {
    this.#document = uid
  }

  documentIsGone(): void {
    this.#document = undefined
  }

  /** DHIS2 has no way to delete a file resource. @param fate What becomes of it, as the end of a sentence. */
  fileStays(uid: string, fate: string): void {
    this.#files.set(uid, fate)
  }

  /** Deletes what is still there, after a failure. Never fails itself. */
  async remove(client: Dhis2Client, screen: Screen): Promise<void> {
    const uid = this.#document
    if (uid === undefined) return
    try {
      await client.files.deleteDocument(uid, { signal: AbortSignal.timeout(PATIENCE), retry: false })
      screen.note(`   Document ${uid} was deleted.`)
    } catch (error) {
      if (isDhis2Error(error, 'not-found')) return
      const why = error instanceof DOMException ? 'the server does not answer' : explain(error)
      screen.note(`   Document ${uid} may still be on the server (${why}): delete it yourself.`)
    }
  }

  /** What DHIS2 keeps, one line each. */
  lines(): string[] {
    return [...this.#files].map(([uid, fate]) => `file resource ${uid}: ${fate}`)
  }
}
