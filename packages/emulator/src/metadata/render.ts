import type { EmulatorState, FileResource, User } from '../state.js'
import type { Row } from '../storage/collection.js'
import type { Traits } from '../versions.js'
import { type Access, sharingOf } from './access.js'
import { type Field, parseFields } from './fields.js'
import { presetNames } from './presets.js'
import { type Schema, findSchema, referenceTarget } from './schemas.js'

/** Where and for whom objects are shown. */
export interface View {
  readonly user: User
  /** `https://host/context/api`, with the API number where links keep it. */
  readonly apiBase: string
}

const USER_REFERENCES = new Set(['createdBy', 'lastUpdatedBy', 'user'])

/** Turns stored objects into what the API shows of them. */
export class Renderer {
  readonly #state: EmulatorState
  readonly #traits: Traits
  readonly #access: Access

  constructor(state: EmulatorState, traits: Traits, access: Access) {
    this.#state = state
    this.#traits = traits
    this.#access = access
  }

  /** The members of an object that a `fields` parameter asks for. */
  object(schema: Schema, row: Row, fields: string | readonly Field[], view: View): Record<string, unknown> {
    const wanted = typeof fields === 'string' ? parseFields(fields) : fields
    const shown = new Map<string, Field | undefined>()
    for (const field of wanted)
      if (field.kind === 'preset') for (const name of presetNames(field.name, schema, row)) shown.set(name, undefined)
    for (const field of wanted) if (field.kind === 'property') shown.set(field.name, field)
    for (const field of wanted) if (field.kind === 'exclusion' && field.children === undefined) shown.delete(field.name)

    const result: Record<string, unknown> = {}
    for (const [name, field] of shown) {
      if (schema.hidden.includes(name)) continue
      const value = this.#show(schema, name, this.value(schema, row, name, view), field?.children, view)
      if (value !== undefined && value !== null) result[field?.rename ?? name] = value
    }
    return result
  }

  /** A property's value before it is shown: stored, or computed. */
  value(schema: Schema, row: Row, name: string, view: View): unknown {
    const { hasFavorites } = this.#traits
    switch (name) {
      case 'displayName':
      case 'name':
        return displayName(row)
      case 'user':
        return row['createdBy']
      case 'favorites':
        return hasFavorites ? (row['favorites'] ?? []) : undefined
      case 'favorite':
        return hasFavorites ? false : undefined
      case 'access':
        return this.#access.describe(view.user, schema, row)
      case 'href':
        return `${view.apiBase}/${schema.plural}/${row.id}`
      case 'sharing':
        return this.sharing(row)
      case 'translations':
      case 'attributeValues':
        return row[name] ?? []
      case 'storageStatus':
        return schema.plural === 'fileResources' ? 'NONE' : row[name]
      case 'hasMultipleStorageFiles':
        return schema.plural === 'fileResources' ? this.hasVariants(row as FileResource) : row[name]
      default:
        return row[name]
    }
  }

  /** The member `hasMultipleStorageFiles`: at once from 2.43 on, before that once the bytes are stored. */
  hasVariants(file: FileResource): boolean {
    return file.hasVariants && (this.#traits.variantFlagAtOnce || this.#state.storageStatus(file) === 'STORED')
  }

  /** The member `sharing`: users and groups carry their names. */
  sharing(row: Row): Record<string, unknown> {
    const { owner, public: access, users, userGroups } = sharingOf(row)
    const named = (entries: Record<string, { id: string; access: string }>, type: string) =>
      Object.fromEntries(
        Object.entries(entries).map(([id, entry]) => {
          const target = this.#state.collection(type).get(id)
          return [id, { ...(target && { displayName: displayName(target) }), access: entry.access, id }]
        }),
      )
    return {
      ...(owner !== undefined && { owner }),
      ...(this.#traits.hasExternalSharing && { external: false }),
      users: named(users, 'users'),
      userGroups: named(userGroups, 'userGroups'),
      ...(access !== undefined && { public: access }),
    }
  }

  /** A user as other objects refer to it. `withNull`: a missing code shows as null, as the plain mapper writes it. */
  userReference(reference: unknown, withNull = false): Record<string, unknown> | undefined {
    const id = idOf(reference)
    if (id === undefined) return undefined
    const user = this.#state.users.get(id)
    if (user === undefined) return { id }
    const name = displayName(user)
    const code = user['code']
    return {
      id,
      ...((code !== undefined || withNull) && { code: code ?? null }),
      name,
      displayName: name,
      username: user.username,
    }
  }

  #show(
    schema: Schema | undefined,
    name: string,
    value: unknown,
    children: readonly Field[] | undefined,
    view: View,
  ): unknown {
    if (Array.isArray(value)) return value.map((entry) => this.#show(schema, name, entry, children, view))
    if (typeof value !== 'object' || value === null) return value
    const target = referenceTarget(schema, name)
    const id = idOf(value)
    const targetSchema = target === undefined ? undefined : findSchema(target)
    if (children !== undefined) {
      const row = target === undefined || id === undefined ? undefined : this.#state.collection(target).get(id)
      if (row !== undefined && targetSchema !== undefined) return this.object(targetSchema, row, children, view)
      return this.#embedded(value as Row, children, view)
    }
    if (USER_REFERENCES.has(name)) return this.userReference(value)
    if (targetSchema !== undefined && id !== undefined) return { id }
    return value
  }

  /** An object inside another that is no type of its own: a data set element, a sharing. */
  #embedded(value: Row, children: readonly Field[], view: View): Record<string, unknown> {
    const result: Record<string, unknown> = {}
    for (const field of children) {
      const names = field.kind === 'preset' ? Object.keys(value) : field.kind === 'property' ? [field.name] : []
      for (const name of names) {
        const shown = this.#show(
          undefined,
          name,
          value[name],
          field.kind === 'property' ? field.children : undefined,
          view,
        )
        if (shown !== undefined) result[field.rename ?? name] = shown
      }
    }
    for (const field of children) if (field.kind === 'exclusion') delete result[field.name]
    return result
  }
}

/** The name of an object; of a user: first name and surname. */
export function displayName(row: Row): string | undefined {
  if (typeof row['username'] === 'string' && row['name'] === undefined)
    return `${row['firstName'] ?? ''} ${row['surname'] ?? ''}`.trim()
  const name = row['name']
  return typeof name === 'string' ? name : undefined
}

/** The id of a reference. */
export function idOf(value: unknown): string | undefined {
  const id = (value as { id?: unknown } | undefined)?.id
  return typeof id === 'string' ? id : undefined
}
