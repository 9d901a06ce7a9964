import type { ByteSource, Dhis2Client } from '@dhis2-files/client'
import type { Leftovers } from './leftovers.js'
import type { Screen } from './screen.js'

/** What the steps share. */
export interface Demo {
  readonly client: Dhis2Client
  readonly screen: Screen
  /** Ends what is under way when somebody presses Ctrl-C. */
  readonly signal: AbortSignal
  /** Uid of the document: chosen here, so that it can be deleted whatever happens. */
  readonly document: string
  /** Name of the document; says where it comes from. */
  readonly name: string
  readonly file: LocalFile
  readonly replacement: LocalFile
  readonly photo: LocalFile
  readonly playground: Playground
  /** A folder that is removed at the end. */
  readonly folder: string
  readonly leftovers: Leftovers
}

/** Uids of what the steps make to have places for files: chosen here, so that it can be deleted whatever happens. */
export interface Playground {
  readonly orgUnit: string
  /** Of type IMAGE, in the data set. */
  readonly dataElement: string
  readonly dataSet: string
}

/** A file on this machine. */
export interface LocalFile {
  readonly source: ByteSource
  readonly name: string
  readonly size: number
  /** Computed here, with nothing of the client's. */
  readonly md5: string
}

/** One step of the demonstration, one file in steps/. */
export interface Step {
  title(demo: Demo): string
  run(demo: Demo): Promise<void>
}
