/** Who may do what with a metadata object. Access strings are DHIS2's eight characters, such as `rw------`. WIRE.md 2.2, 10.4. */
export interface Sharing {
  /** Uid of the owner. A document without one can be read and changed by everybody. */
  readonly owner?: string
  readonly public?: string
  readonly users?: Readonly<Record<string, SharingAccess>>
  readonly userGroups?: Readonly<Record<string, SharingAccess>>
  /** 2.42 only. */
  readonly external?: boolean
  readonly [member: string]: unknown
}

export interface SharingAccess {
  readonly id: string
  readonly access: string
  readonly displayName?: string
}
