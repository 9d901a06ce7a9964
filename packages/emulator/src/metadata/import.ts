import { hashPassword } from '../auth/passwords.js'
import { isSuperuser } from '../auth/authorities.js'
import type { EmulatorState, User } from '../state.js'
import type { Row } from '../storage/collection.js'
import type { Traits } from '../versions.js'
import type { Access, Sharing } from './access.js'
import { ACCOUNT } from './defaults.js'
import { readObject } from './json-types.js'
import {
  type ErrorReport,
  type ImportReport,
  type Stats,
  type TypeReport,
  describeObject,
  errorReport,
  noStats,
} from './reports.js'
import { type Schema, findSchema } from './schemas.js'
import { byCode, validateBySchema, validateReferences } from './validation.js'

export type ImportStrategy = 'CREATE' | 'UPDATE' | 'CREATE_AND_UPDATE' | 'DELETE'

export interface ImportOptions {
  readonly strategy: ImportStrategy
  /** `ALL`: one bad object stops everything. `NONE`: the good ones go in. */
  readonly atomicMode: 'ALL' | 'NONE'
  readonly skipValidation: boolean
  readonly skipSharing: boolean
  /** Check, and change nothing. */
  readonly validateOnly: boolean
  readonly user: User
}

/** What a type adds to the import of its objects. */
export interface ImportHook {
  /** Reasons to refuse an object, beside those of the schema. `existing` is there on an update. */
  validate?(row: Row, existing: Row | undefined, user: User): ErrorReport[]
  /** Fills in what the payload may leave out. */
  complete?(row: Row, existing: Row | undefined): void
  /** Runs once the object is stored. `previous`: the object as it was before an update. */
  saved?(row: Row, previous: Row | undefined, user: User): void
  /** Runs once the object is gone, on every way of deleting but the import strategy DELETE where `direct` is false. */
  deleted?(row: Row, direct: boolean): void
}

interface Item {
  readonly schema: Schema
  readonly index: number
  readonly row: Row
  readonly existing: Row | undefined
  readonly errors: ErrorReport[]
  reportIndex: number
}

/** Creates, updates and deletes objects of every type, as DHIS2's metadata importer does. */
export class Importer {
  /** By plural name of the type. */
  readonly hooks: Map<string, ImportHook> = new Map()
  readonly #state: EmulatorState
  readonly #traits: Traits
  readonly #access: Access

  constructor(state: EmulatorState, traits: Traits, access: Access) {
    this.#state = state
    this.#traits = traits
    this.#access = access
  }

  /**
   * Imports a payload: objects by plural type. Types that the API does not know are left out.
   *
   * @throws ApiError when a value cannot be read as its type
   */
  run(payload: Readonly<Record<string, unknown>>, options: ImportOptions): ImportReport {
    const items = Object.entries(payload).flatMap(([type, objects]) => {
      const schema = findSchema(type)
      return schema === undefined || !Array.isArray(objects) ? [] : this.#items(schema, objects, options.strategy)
    })
    const skip = options.skipValidation && isSuperuser(this.#state, options.user)
    if (!skip) {
      const payloadIds = new Set(items.map(({ schema, row }) => `${schema.plural}/${row.id}`))
      for (const item of items)
        item.errors.push(...this.#validate(item, items, options, (type, id) => payloadIds.has(`${type}/${id}`)))
    }
    const failed = items.some((item) => item.errors.length > 0)
    const nothing = failed && options.atomicMode === 'ALL'
    const types = new Map<Schema, TypeReport>()
    for (const item of items) {
      let report = types.get(item.schema)
      if (report === undefined) {
        report = { klass: item.schema.klass, stats: noStats(), objectReports: [] }
        types.set(item.schema, report)
      }
      report.stats.total++
      if (item.errors.length > 0)
        report.objectReports.push({
          klass: item.schema.klass,
          index: item.reportIndex,
          uid: item.row.id,
          errorReports: byCode(item.errors),
        })
      if (nothing || item.errors.length > 0) report.stats.ignored++
      else report.stats[options.validateOnly ? this.#outcome(item, options) : this.#commit(item, options)]++
    }
    const typeReports = [...types.values()]
    return {
      status: !failed ? 'OK' : nothing ? 'ERROR' : 'WARNING',
      typeReports,
      stats: typeReports.reduce((sum, { stats }) => add(sum, stats), noStats()),
    }
  }

  #items(schema: Schema, objects: readonly unknown[], strategy: ImportStrategy): Item[] {
    return objects.map((object, index) => {
      const read = readObject(schema, object, this.#traits)
      const given = typeof read['id'] === 'string' ? read['id'] : undefined
      const existing =
        given === undefined ? this.#byCode(schema, read, strategy) : this.#state.collection(schema.plural).get(given)
      const row: Row = { ...read, id: given ?? existing?.id ?? this.#state.newUid() }
      return { schema, index, row, existing, errors: [], reportIndex: index }
    })
  }

  /** An object without a uid is found by nothing but its uid in a CREATE. */
  #byCode(schema: Schema, read: Record<string, unknown>, strategy: ImportStrategy): Row | undefined {
    if (strategy === 'CREATE' || read['code'] === undefined) return undefined
    return this.#state.collection(schema.plural).find((row) => row['code'] === read['code'])
  }

  #validate(
    item: Item,
    items: readonly Item[],
    options: ImportOptions,
    imported: (type: string, id: string) => boolean,
  ): ErrorReport[] {
    const { schema, row, existing } = item
    const { user, strategy } = options
    if (existing !== undefined && strategy === 'CREATE') {
      // the report counts the stored object, after those of the payload; its words are about the one that came
      const own = items.filter((other) => other.schema === schema)
      item.reportIndex = own.length + own.slice(0, item.index).filter((other) => other.existing !== undefined).length
      const self = describeObject(schema, row)
      const word = this.#traits.strategyWord
      return [
        errorReport(
          schema,
          'E5000',
          `Found matching object for reference, but import ${word} is CREATE. Identifier was UID, and object was ${self}.`,
          ['UID', self],
          { mainId: existing.id },
        ),
      ]
    }
    if (existing === undefined && (strategy === 'UPDATE' || strategy === 'DELETE')) {
      const self = describeObject(schema, row)
      return [
        errorReport(
          schema,
          'E5001',
          `No matching object for reference. Identifier was UID, and object was ${self}.`,
          ['UID', self],
          { mainId: row.id },
        ),
      ]
    }
    if (strategy === 'DELETE')
      return existing === undefined || this.#access.canDelete(user, schema, existing)
        ? []
        : [refused(schema, 'E3002', 'delete', user, existing)]
    if (existing === undefined && !this.#access.canCreate(user, schema))
      return [
        errorReport(
          schema,
          'E3000',
          `User \`${user.username}\` is not allowed to create objects of type ${schema.name}.`,
          [user.username, schema.name],
        ),
      ]
    if (existing !== undefined && !this.#access.canWrite(user, schema, existing))
      return [refused(schema, 'E3001', 'update', user, existing)]
    return [
      ...(this.hooks.get(schema.plural)?.validate?.(row, existing, user) ?? []),
      ...validateBySchema(this.#state, schema, row, existing === undefined),
      ...validateReferences(this.#state, schema, row, imported),
    ]
  }

  #outcome({ existing }: Item, { strategy }: ImportOptions): 'created' | 'updated' | 'deleted' {
    return strategy === 'DELETE' ? 'deleted' : existing === undefined ? 'created' : 'updated'
  }

  #commit(item: Item, options: ImportOptions): 'created' | 'updated' | 'deleted' {
    const { schema, row, existing } = item
    const outcome = this.#outcome(item, options)
    if (outcome === 'deleted') this.remove(schema, row.id, false)
    else this.#save(schema, row, existing, options)
    return outcome
  }

  /** Deletes an object. `direct`: by its own route, not by an import. */
  remove(schema: Schema, id: string, direct: boolean): void {
    const collection = this.#state.collection(schema.plural)
    const row = collection.get(id)
    if (row === undefined || !collection.delete(id)) return
    this.hooks.get(schema.plural)?.deleted?.(row, direct)
  }

  #save(schema: Schema, row: Row, existing: Row | undefined, options: ImportOptions): void {
    const { user } = options
    const now = this.#state.timestamp()
    const previous = existing === undefined ? undefined : { ...existing }
    for (const computed of ['href', 'access', 'displayName', 'favorite', 'user']) delete row[computed]
    row['created'] = existing?.['created'] ?? now
    row['lastUpdated'] = now
    row['createdBy'] = existing?.['createdBy'] ?? { id: user.id }
    row['lastUpdatedBy'] = { id: user.id }
    row['translations'] ??= []
    row['attributeValues'] ??= []
    this.#completeSharing(schema, row, existing, options)
    for (const hidden of schema.hidden)
      if (existing?.[hidden] !== undefined && row[hidden] === undefined) row[hidden] = existing[hidden]
    if (schema.plural === 'users') completeAccount(row, existing, now)
    const hook = this.hooks.get(schema.plural)
    hook?.complete?.(row, existing)
    if (existing === undefined) this.#state.collection(schema.plural).put(row)
    else {
      for (const member of Object.keys(existing)) delete existing[member]
      Object.assign(existing, row)
    }
    hook?.saved?.(existing ?? row, previous, user)
  }

  #completeSharing(schema: Schema, row: Row, existing: Row | undefined, options: ImportOptions): void {
    if (!schema.shareable) {
      if (existing?.['sharing'] !== undefined) row['sharing'] = existing['sharing']
      else if (schema.plural !== 'users') delete row['sharing']
      return
    }
    const before = existing?.['sharing'] as Sharing | undefined
    const given = options.skipSharing ? before : ((row['sharing'] as Partial<Sharing> | undefined) ?? before)
    const owner = given?.owner ?? (existing === undefined ? options.user.id : before?.owner)
    row['sharing'] = {
      ...(owner !== undefined && { owner }),
      public: given?.public ?? (this.#access.canMakePublic(options.user, schema) ? 'rw------' : '--------'),
      users: given?.users ?? {},
      userGroups: given?.userGroups ?? {},
    }
  }
}

function completeAccount(row: Row, existing: Row | undefined, now: string): void {
  const password = row['password']
  if (typeof password === 'string' && password !== existing?.['password']) {
    row['password'] = hashPassword(password)
    row['passwordLastUpdated'] = now
  }
  row['password'] ??= hashPassword('')
  row['userRoles'] ??= []
  delete row['name']
  delete row['userCredentials']
  for (const [member, value] of Object.entries(ACCOUNT)) row[member] ??= structuredClone(value)
}

const refused = (schema: Schema, code: string, verb: string, user: User, row: Row): ErrorReport =>
  errorReport(
    schema,
    code,
    `User \`${user.username}\` is not allowed to ${verb} object \`${describeObject(schema, row)}\`.`,
    [user.username, describeObject(schema, row)],
  )

const add = (a: Stats, b: Stats): Stats => ({
  created: a.created + b.created,
  updated: a.updated + b.updated,
  deleted: a.deleted + b.deleted,
  ignored: a.ignored + b.ignored,
  total: a.total + b.total,
})
