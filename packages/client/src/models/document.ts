import { readObject } from './decode.js'
import type { Identifiable } from './identifiable.js'
import type { Sharing } from './sharing.js'

/** An attachment tied to DHIS2's metadata: an uploaded file, or a link. WIRE.md 2.1, 10.4. */
export interface Document extends Identifiable {
  /** Whether it is a link. */
  readonly external: boolean
  /** A link's URL; for an uploaded document the uid of its file resource. */
  readonly url: string
  /** Free text. Not the type of the file: that is the file resource's `contentType`. */
  readonly contentType?: string
  /** Without effect on uploaded files. */
  readonly attachment?: boolean | null
  /** Who may do what; `getDocumentSharing` reads it as it is now. */
  readonly sharing?: Sharing
  /** Names in other languages, as the server has them. */
  readonly translations?: readonly unknown[]
  /** Values of custom attributes, as the server has them. */
  readonly attributeValues?: readonly unknown[]
  /** Uids of the users who marked it. */
  readonly favorites?: readonly string[]
  /** Whether the signed-in user marked it. */
  readonly favorite?: boolean
}

const MEMBERS = {
  id: 'uid!',
  name: 'string',
  url: 'string',
  external: 'boolean',
  code: 'string',
  sharing: 'object',
  access: 'object',
  createdBy: 'object',
} as const

const WHOLE = { ...MEMBERS, name: 'string!', url: 'string!', external: 'boolean!' } as const

/** A document as the server sends it by itself. @throws Dhis2Error `protocol` */
export function readDocument(value: unknown): Document {
  return readObject(value, 'a document', WHOLE)
}

/** One of a list, with the members that `fields` asked for. @throws Dhis2Error `protocol` */
export function readDocumentRow(value: unknown): Document {
  return readObject(value, 'a document', MEMBERS)
}
