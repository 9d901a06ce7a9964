/** A user as other objects refer to it. WIRE.md 0.3. */
export interface UserRef {
  /** Uid of the user. */
  readonly id: string
  /** Code of the account, where it has one. */
  readonly code?: string | null
  /** First name and surname. */
  readonly name?: string
  /** First name and surname. */
  readonly displayName?: string
  /** The name to sign in with. */
  readonly username?: string
  readonly [member: string]: unknown
}

/** What the signed-in user may do with an object. WIRE.md 10.4. */
export interface Access {
  /** Change its sharing. */
  readonly manage: boolean
  /** Write, by sharing. */
  readonly write: boolean
  /** Read, by sharing. */
  readonly read: boolean
  /** Change it, by sharing and authorities. */
  readonly update: boolean
  /** Delete it, by sharing and authorities. */
  readonly delete: boolean
  /** 2.42 only. */
  readonly externalize?: boolean
  readonly [member: string]: unknown
}

/** Members that every metadata object has. Dates are the server's local time without a zone. WIRE.md 0.3. */
export interface Identifiable {
  /** Uid. */
  readonly id: string
  /** Unique among objects of the type, where it has one. */
  readonly code?: string
  /** Name as it was given. */
  readonly name: string
  /** Name in the language of the signed-in user. */
  readonly displayName: string
  /** When it was made. */
  readonly created: string
  /** When it was changed last. */
  readonly lastUpdated: string
  /** Who made it. */
  readonly createdBy?: UserRef
  /** Who changed it last. */
  readonly lastUpdatedBy?: UserRef
  /** The same as `createdBy`. */
  readonly user?: UserRef
  /** Its address as the server sees it; a proxy may make it wrong. */
  readonly href?: string
  /** What the signed-in user may do with it. */
  readonly access?: Access
  /** Members that a version has beyond these. */
  readonly [member: string]: unknown
}
