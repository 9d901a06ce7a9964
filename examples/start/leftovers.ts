import { type Dhis2Client, isDhis2Error, type RequestOptions } from '@dhis2-files/client'
import { explain } from './failure.js'
import type { Screen } from './screen.js'

/** What becomes of a file resource, as the end of a sentence. */
export const NEVER_ATTACHED = 'DHIS2 removes it by itself, two days from now at the earliest'
export const DELETED_WITH_DOCUMENT = 'its document is deleted; whoever knows its uid can read it for two days at least'
export const DELETED_WITH_VALUE =
  'its data value is deleted; 2.41 and 2.42 delete the file as well, later versions keep it'
export const DELETED_WITH_MESSAGE =
  'its message is deleted; DHIS2 keeps the file, and whoever knows its uid can read it'
export const UNFINISHED = 'its upload may have come to its end, and nothing refers to it'
export const REPLACED = 'another file took its place; DHIS2 keeps it for good'

/** How long deleting may take after a failure or Ctrl-C, in milliseconds. */
const PATIENCE = 15_000

/** Something that was made beside the document, and the way to take it away. */
interface Made {
  /** `organisation unit X`, for messages. */
  readonly name: string
  remove(client: Dhis2Client, options: RequestOptions): Promise<unknown>
}

/** What the demonstration has made on the server, and has to answer for. */
export class Leftovers {
  #document: string | undefined
  readonly #files = new Map<string, string>()
  readonly #made: Made[] = []
  readonly #refused: string[] = []

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

  /** From now on there may be something that `remove` takes away. */
  mayExist(name: string, remove: Made['remove']): void {
    this.#made.push({ name, remove })
  }

  /** Takes away what was made beside the document, the last first. @returns names of what is gone */
  async removeMade(client: Dhis2Client): Promise<readonly string[]> {
    const gone: string[] = []
    for (let made = this.#made.pop(); made !== undefined; made = this.#made.pop()) {
      try {
        await made.remove(client, { signal: AbortSignal.timeout(PATIENCE) })
        gone.push(made.name)
      } catch (error) {
        if (!isDhis2Error(error, 'not-found')) this.#refused.push(`${made.name}: ${whyNot(error)}`)
      }
    }
    return gone
  }

  /** Deletes what is still there, after a failure. Never fails itself. */
  async remove(client: Dhis2Client, screen: Screen): Promise<void> {
    const gone = await this.removeMade(client)
    if (gone.length > 0) screen.note(`   Deleted: ${gone.join(', ')}.`)
    const uid = this.#document
    if (uid === undefined) return
    try {
      await client.files.deleteDocument(uid, { signal: AbortSignal.timeout(PATIENCE), retry: false })
      screen.note(`   Document ${uid} was deleted.`)
    } catch (error) {
      if (isDhis2Error(error, 'not-found')) return
      screen.note(`   Document ${uid} may still be on the server (${whyNot(error)}): delete it yourself.`)
    }
  }

  /** What DHIS2 keeps, one line each. */
  lines(): string[] {
    return [...[...this.#files].map(([uid, fate]) => `file resource ${uid}: ${fate}`), ...this.#refused]
  }
}

function whyNot(error: unknown): string {
  return error instanceof DOMException ? 'the server does not answer' : explain(error)
}
