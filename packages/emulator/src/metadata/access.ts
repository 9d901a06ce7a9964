import { hasAnyAuthority, isSuperuser } from '../auth/authorities.js'
import type { EmulatorState, User } from '../state.js'
import type { Row } from '../storage/collection.js'
import type { Traits } from '../versions.js'
import type { Schema } from './schemas.js'

/** Sharing as it is stored: rights are eight letters, `rw------`. */
export interface Sharing {
  owner?: string
  public?: string
  users: Record<string, { id: string; access: string }>
  userGroups: Record<string, { id: string; access: string }>
}

const POSITION = { read: 0, write: 1, 'data-read': 2, 'data-write': 3 } as const

/** Reads stored sharing; members that are missing grant nothing. */
export function sharingOf(row: Row): Sharing {
  const sharing = (row['sharing'] ?? {}) as Partial<Sharing>
  return { ...sharing, users: sharing.users ?? {}, userGroups: sharing.userGroups ?? {} }
}

/**
 * Whether sharing alone grants a right. An object without an owner counts as everybody's own (WIRE.md 2.2), which is what
 * opens a document whose sharing was written without one.
 */
export function sharingGrants(state: EmulatorState, user: User, row: Row, right: keyof typeof POSITION): boolean {
  const sharing = sharingOf(row)
  if (sharing.owner === undefined || sharing.owner === user.id) return true
  const letter = right.endsWith('write') ? 'w' : 'r'
  const grants = (access: string | undefined) => access?.[POSITION[right]] === letter
  if (grants(sharing.public) || grants(sharing.users[user.id]?.access)) return true
  return Object.entries(sharing.userGroups).some(
    ([group, { access }]) => grants(access) && isMember(state, user, group),
  )
}

function isMember(state: EmulatorState, user: User, group: string): boolean {
  const members = state.collection('userGroups').get(group)?.['users']
  const own = user['userGroups']
  const holds = (list: unknown, id: string) => Array.isArray(list) && list.some((entry) => entry?.id === id)
  return holds(members, user.id) || holds(own, group)
}

/** What a user may do with objects, by authorities and sharing. */
export class Access {
  readonly #state: EmulatorState
  readonly #traits: Traits

  constructor(state: EmulatorState, traits: Traits) {
    this.#state = state
    this.#traits = traits
  }

  canRead(user: User, schema: Schema, row: Row): boolean {
    return !schema.shareable || isSuperuser(this.#state, user) || sharingGrants(this.#state, user, row, 'read')
  }

  canCreate(user: User, schema: Schema): boolean {
    return hasAnyAuthority(this.#state, user, [...schema.createPublic, ...schema.createPrivate])
  }

  canMakePublic(user: User, schema: Schema): boolean {
    return hasAnyAuthority(this.#state, user, schema.createPublic)
  }

  canWrite(user: User, schema: Schema, row: Row): boolean {
    if (isSuperuser(this.#state, user)) return true
    return this.canCreate(user, schema) && (!schema.shareable || sharingGrants(this.#state, user, row, 'write'))
  }

  canDelete(user: User, schema: Schema, row: Row): boolean {
    if (isSuperuser(this.#state, user)) return true
    const authorities = schema.delete.length > 0 ? schema.delete : [...schema.createPublic, ...schema.createPrivate]
    return (
      hasAnyAuthority(this.#state, user, authorities) &&
      (!schema.shareable || sharingGrants(this.#state, user, row, 'write'))
    )
  }

  /** The member `access` of an object as this user sees it. */
  describe(user: User, schema: Schema, row: Row): Record<string, boolean> {
    const write = this.canWrite(user, schema, row)
    const access: Record<string, boolean> = {
      manage: write,
      write,
      read: this.canRead(user, schema, row),
      update: write,
      delete: this.canDelete(user, schema, row),
    }
    if (this.#traits.hasExternalSharing)
      access['externalize'] = hasAnyAuthority(this.#state, user, ['ALL', ...(schema.externalize ?? [])])
    return access
  }
}
