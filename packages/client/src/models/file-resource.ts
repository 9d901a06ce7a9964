import { readObject } from './decode.js'
import type { Identifiable } from './identifiable.js'

/** What a file is for; decides where it may be used, and whether the server re-encodes it. WIRE.md 1.12. */
export type FileResourceDomain =
  | 'DATA_VALUE'
  | 'DOCUMENT'
  | 'MESSAGE_ATTACHMENT'
  | 'USER_AVATAR'
  | 'ORG_UNIT'
  | 'ICON'
  | 'JOB_DATA'
  /** 2.41 and 2.42 only. */
  | 'PUSH_ANALYSIS'
  | (string & {})

/** `STORED`: the bytes are there. `PENDING`: they are on their way, or lost. `NONE`: not looked at, as in lists. WIRE.md 1.6. */
export type FileResourceStorageStatus = 'NONE' | 'PENDING' | 'STORED' | (string & {})

/** Sizes of a stored image: 256, 512 and 1024 pixels wide, and as it was stored. WIRE.md 1.7. */
export type ImageFileDimension = 'SMALL' | 'MEDIUM' | 'LARGE' | 'ORIGINAL'

/** A blob in DHIS2, which other objects refer to. It cannot be changed or deleted over HTTP. WIRE.md 10.1. */
export interface FileResource extends Identifiable {
  /** MIME type as it was sent. */
  readonly contentType: string
  /** Bytes of the original. */
  readonly contentLength: number
  /** Of the original, lower-case hex. */
  readonly contentMd5?: string
  /** What the file is for. */
  readonly domain: FileResourceDomain
  /** No proof of use or disuse: it is wrong in both directions (WIRE.md 6.3). */
  readonly assigned: boolean
  /** Whether its bytes are there. */
  readonly storageStatus: FileResourceStorageStatus
  /** Whether there are copies of an image in other sizes. */
  readonly hasMultipleStorageFiles?: boolean
}

/** Who refers to a file. `id` for every domain but `DATA_VALUE`, which has the key of the value. WIRE.md 10.3. */
export interface FileResourceOwner {
  /** Of the file; decides which of the other members are there. */
  readonly domain: FileResourceDomain
  /** Uid of the object that refers to it. */
  readonly id?: string
  /** Uid of the data element. */
  readonly de?: string
  /** Uid of the organisation unit. */
  readonly ou?: string
  /** Period, such as `202601`. */
  readonly pe?: string
  /** Uid of the category option combination. */
  readonly co?: string
}

const MEMBERS = {
  id: 'uid!',
  name: 'string',
  contentType: 'string',
  contentLength: 'number',
  contentMd5: 'string',
  domain: 'string',
  assigned: 'boolean',
  storageStatus: 'string',
  created: 'string',
  createdBy: 'object',
} as const

const WHOLE = {
  ...MEMBERS,
  name: 'string!',
  contentType: 'string!',
  contentLength: 'number!',
  storageStatus: 'string!',
} as const

/** A file resource as the server sends it by itself. @throws Dhis2Error `protocol` */
export function readFileResource(value: unknown): FileResource {
  return readObject(value, 'a file resource', WHOLE)
}

/** One of a list, with the members that `fields` asked for. @throws Dhis2Error `protocol` */
export function readFileResourceRow(value: unknown): FileResource {
  return readObject(value, 'a file resource', MEMBERS)
}

/** Domains whose images the server encodes anew, so that length and MD5 are not those of the upload. WIRE.md 1.4. */
export function isReencoded(domain: FileResourceDomain): boolean {
  return domain === 'ICON' || domain === 'USER_AVATAR' || domain === 'ORG_UNIT'
}
