import { readObject } from './decode.js'

/** Who may do what with a metadata object. Access strings are DHIS2's eight characters, such as `rw------`. WIRE.md 2.2, 10.4. */
export interface Sharing {
  /** Uid of the owner. A document without one can be read and changed by everybody. */
  readonly owner?: string
  /** Everybody who can sign in. Default when it is set: `--------`, nothing. */
  readonly public?: string
  /** Users, by their uid. */
  readonly users?: Readonly<Record<string, SharingAccess>>
  /** User groups, by their uid. */
  readonly userGroups?: Readonly<Record<string, SharingAccess>>
  /** 2.42 only. */
  readonly external?: boolean
  readonly [member: string]: unknown
}

/** What one user or user group may do. */
export interface SharingAccess {
  /** Uid of the user or user group. */
  readonly id: string
  /** Eight characters: `r` and `w` of the metadata, then of the data, then `----`. */
  readonly access: string
  /** Only read, never sent. */
  readonly displayName?: string
}

/** @throws Dhis2Error `protocol` */
export function readSharing(value: unknown): Sharing {
  const members = { owner: 'string', public: 'string', users: 'object', userGroups: 'object' } as const
  const sharing = readObject<Sharing>(value, 'sharing', members)
  for (const map of [sharing.users, sharing.userGroups]) {
    for (const access of Object.values(map ?? {})) readObject(access, 'an access of sharing', { access: 'string!' })
  }
  return sharing
}

/** Whether two sharings grant the same to the same. Names and the order of members do not count. */
export function sameSharing(a: Sharing, b: Sharing): boolean {
  // 2.42 alone knows `external`
  const external = a.external === undefined || b.external === undefined || a.external === b.external
  return external && grants(a) === grants(b)
}

/** What `PUT …/sharing` takes: all of it, the owner included, because what is left out is lost. */
export function sharingBody(sharing: Sharing, owner: string): Record<string, unknown> {
  return {
    ...(sharing.external === undefined ? {} : { external: sharing.external }),
    owner,
    public: sharing.public ?? '--------',
    users: accessesOf(sharing.users),
    userGroups: accessesOf(sharing.userGroups),
  }
}

function accessesOf(map: Sharing['users']): Record<string, SharingAccess> {
  return Object.fromEntries(Object.entries(map ?? {}).map(([id, { access }]) => [id, { id, access }]))
}

function grants(sharing: Sharing): string {
  const list = (map: Sharing['users']): string[] =>
    Object.entries(map ?? {})
      .map(([id, { access }]) => `${id}=${access}`)
      .sort()
  return JSON.stringify([
    sharing.owner ?? '',
    sharing.public ?? '--------',
    list(sharing.users),
    list(sharing.userGroups),
  ])
}
