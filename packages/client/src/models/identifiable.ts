/** A user as other objects refer to it. WIRE.md 0.3. */
export interface UserRef {
  readonly id: string
  readonly code?: string | null
  readonly name?: string
  readonly displayName?: string
  readonly username?: string
  readonly [member: string]: unknown
}

/** What the signed-in user may do with an object. WIRE.md 10.4. */
export interface Access {
  readonly manage: boolean
  readonly write: boolean
  readonly read: boolean
  readonly update: boolean
  readonly delete: boolean
  /** 2.42 only. */
  readonly externalize?: boolean
  readonly [member: string]: unknown
}

/** Members that every metadata object has. Dates are the server's local time without a zone. WIRE.md 0.3. */
export interface Identifiable {
  readonly id: string
  readonly code?: string
  readonly name: string
  readonly displayName: string
  readonly created: string
  readonly lastUpdated: string
  readonly createdBy?: UserRef
  readonly lastUpdatedBy?: UserRef
  /** The same as `createdBy`. */
  readonly user?: UserRef
  readonly href?: string
  readonly access?: Access
  /** Members that a version has beyond these. */
  readonly [member: string]: unknown
}
