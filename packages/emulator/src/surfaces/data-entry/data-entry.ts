import type { UploadedFile } from '../../http/form.js'
import type { FileResource, User } from '../../state.js'
import type { DataValue } from './store.js'

/** What a request says of a data value, as it was sent. */
export interface ValueInput {
  readonly de: string | undefined
  readonly pe: string | undefined
  readonly ou: string | undefined
  /** Category option combo; none: the default one. */
  readonly co: string | undefined
  /** Attribute category combo, and its options (`;` between them). */
  readonly cc: string | undefined
  readonly cp: string | undefined
  /** Data set. */
  readonly ds: string | undefined
  /** Undefined: not sent. */
  readonly value: string | undefined
  readonly comment: string | undefined
  readonly followUp: boolean | undefined
  readonly force: boolean
}

/** A back end of data entry: every release line has one of two. Each method throws the errors of that line. */
export interface DataEntry {
  /** Creates or changes a value. */
  save(input: ValueInput, user: User): Promise<void>
  /** The same with a file beside; without one the value goes. */
  saveFile(input: ValueInput, file: UploadedFile | undefined, user: User): Promise<SavedFile | undefined>
  remove(input: ValueInput, user: User): Promise<void>
  /** The value of a key. */
  read(input: ValueInput, user: User): DataValue
  /** The file that the value of a key refers to. */
  readFile(input: ValueInput, user: User): FileResource
}

/** A file that was saved with its value, and how the answer describes it. */
export interface SavedFile {
  readonly file: FileResource
  readonly shownAsAssigned: boolean
  readonly shownAsStored: boolean
}
