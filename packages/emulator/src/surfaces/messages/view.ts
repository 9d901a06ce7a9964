import type { Api } from '../../api.js'
import { isSuperuser } from '../../auth/authorities.js'
import { NO_CACHE_PRIVATE, type Reply, json } from '../../http/reply.js'
import type { Call } from '../../http/call.js'
import { badRequest } from '../../http/web-message.js'
import { type Field, parseFields } from '../../metadata/fields.js'
import { type Filter, parseFilter, passes } from '../../metadata/filter.js'
import { parseOrders, sorted } from '../../metadata/order.js'
import { classicPager, parsePage, slice } from '../../metadata/pager.js'
import { displayName } from '../../metadata/render.js'
import type { Property, Schema } from '../../metadata/schemas.js'
import type { User } from '../../state.js'
import type { Row } from '../../storage/collection.js'
import type { Conversation, Message } from './store.js'

const text: Property = { type: 'text', persisted: true, owner: true }
const property = (type: Property['type'], more: Partial<Property> = {}): Property => ({ ...text, type, ...more })
/** `fields=messages` shows no more than their uids. */
const BRIEF = new Set(['messages', 'userMessages', 'attachments', 'sender', 'lastSender', 'user'])
const ID: readonly Field[] = [{ name: 'id', kind: 'property', children: undefined }]
const DEFAULT_FIELDS = 'id,displayName'

const SCHEMA: Schema = {
  plural: 'messageConversations',
  name: 'MessageConversation',
  klass: 'org.hisp.dhis.message.MessageConversation',
  properties: {
    id: text,
    name: text,
    displayName: property('text', { persisted: false, owner: false }),
    created: property('date'),
    lastUpdated: property('date'),
    createdBy: property('reference', { target: 'users' }),
    lastUpdatedBy: property('reference', { target: 'users' }),
    subject: text,
    messageType: text,
    priority: text,
    status: text,
    read: property('boolean'),
    followUp: property('boolean'),
    messageCount: property('integer'),
    lastMessage: property('date'),
    lastSender: property('complex'),
    lastSenderFirstname: text,
    lastSenderSurname: text,
    userFirstname: text,
    userSurname: text,
    userMessages: property('collection'),
    messages: property('collection'),
    href: property('text', { persisted: false, owner: false }),
    sharing: property('complex'),
    translations: property('collection'),
    attributeValues: property('collection'),
    favorites: property('collection'),
    favorite: property('boolean'),
    access: property('complex'),
  },
  open: false,
  hidden: [],
  shareable: false,
  translatable: false,
  createPublic: [],
  createPrivate: [],
  delete: ['F_METADATA_IMPORT'],
}

/** Shows conversations to who may see them. */
export class MessageView {
  readonly #api: Api

  constructor(api: Api) {
    this.#api = api
  }

  /** Whether a user works on the system's tickets, and so sees internal messages. */
  seesInternal(user: User): boolean {
    return isSuperuser(this.#api.state, user)
  }

  one(conversation: Conversation, call: Call): Reply {
    const fields = call.query.getAll('fields').join(',')
    const shown = this.#show(this.#row(conversation, call.user), fields === '' ? '*' : fields, call)
    return json(shown, { headers: { 'cache-control': NO_CACHE_PRIVATE } })
  }

  /** The caller's own conversations: filtered, sorted, paged. @throws ApiError 400 for an unknown property or operator */
  list(conversations: readonly Conversation[], call: Call): Reply {
    const { query, user, apiBase } = call
    const filters = query.getAll('filter').map(parseFilter)
    for (const { path } of filters)
      if (!(String(path.split('.')[0]) in SCHEMA.properties)) throw badRequest(`Unknown path property: ${path}`)
    const rows = conversations.map((conversation) => this.#row(conversation, user))
    const or = query.get('rootJunction')?.toUpperCase() === 'OR'
    const holds = (row: Row) => (filter: Filter) =>
      passes(filter, read(row, filter.path), SCHEMA.properties[filter.path]?.type)
    const words = query.get('queryString') ?? query.get('query')
    const kept = rows
      .filter((row) => filters.length === 0 || (or ? filters.some(holds(row)) : filters.every(holds(row))))
      .filter((row) => words === null || says(row, words))
    const orders = parseOrders(query.getAll('order'))
    const ordered = orders.length === 0 ? kept : sorted(kept, orders, read)
    const fields = query.getAll('fields').join(',') || DEFAULT_FIELDS
    const headers = { 'cache-control': NO_CACHE_PRIVATE }
    const show = (row: Row) => this.#show(row, fields, call)
    if (/^false$/i.test(query.get('paging') ?? ''))
      return json({ messageConversations: ordered.map(show) }, { headers })
    const page = parsePage(query)
    const pager = classicPager(`${apiBase}/messageConversations`, query, ordered.length, page)
    return json({ pager, messageConversations: slice(ordered, page).map(show) }, { headers })
  }

  #show(row: Row, fields: string, call: Call): Record<string, unknown> {
    return this.#api.renderer.object(SCHEMA, row, brief(parseFields(fields)), call)
  }

  /** A conversation with all that its fields can ask for. */
  #row(conversation: Conversation, user: User): Row {
    const own = conversation.userMessages.find((entry) => entry.user.id === user.id)
    const internal = this.seesInternal(user)
    return {
      ...conversation,
      read: own?.read ?? false,
      followUp: own?.followUp ?? false,
      lastSender: this.#user(conversation.lastSender.id),
      userMessages: conversation.userMessages.map((entry) => ({ ...entry, user: this.#user(entry.user.id) })),
      messages: conversation.messages
        .filter((message) => internal || !message.internal)
        .map((message) => this.#message(message)),
    }
  }

  #message(message: Message): Row {
    return {
      ...message,
      name: message.text,
      displayName: message.text,
      sender: this.#user(message.sender.id),
      attachments: message.attachments.map((uid) => this.#attachment(uid)),
    }
  }

  #attachment(uid: string): unknown {
    const { state, renderer } = this.#api
    const file = state.fileResources.get(uid)
    if (file === undefined) return { id: uid }
    const { storageKey, arrivesAt, hasVariants, fileResourceOwner, ...shown } = file
    const createdBy = renderer.userReference(file['createdBy'])
    return {
      ...shown,
      displayName: file.name,
      createdBy,
      user: createdBy,
      lastUpdatedBy: renderer.userReference(file['lastUpdatedBy']),
      storageStatus: 'NONE',
      hasMultipleStorageFiles: false,
    }
  }

  #user(id: string): Record<string, unknown> {
    const reference = this.#api.renderer.userReference({ id }) ?? { id }
    const user = this.#api.state.users.get(id)
    return user === undefined ? reference : { ...reference, firstName: user.firstName, surname: user.surname }
  }
}

function brief(fields: readonly Field[]): readonly Field[] {
  const presets = fields.some(({ kind }) => kind === 'preset')
  const named = fields.map((field) => {
    const children = field.children === undefined ? undefined : brief(field.children)
    if (field.kind !== 'property') return field
    return { ...field, children: children ?? (BRIEF.has(field.name) ? ID : undefined) }
  })
  const missing = presets ? [...BRIEF].filter((name) => !fields.some((field) => field.name === name)) : []
  return [
    ...named,
    ...missing
      .filter((name) => name in SCHEMA.properties)
      .map((name): Field => ({ name, kind: 'property', children: ID })),
  ]
}

/** What a path leads to; through lists, the list of what is there. */
function read(row: Row, path: string): unknown {
  const step = (value: unknown, name: string): unknown => {
    if (Array.isArray(value)) return value.flatMap((one) => step(one, name) ?? [])
    if (name === 'displayName') return displayName(value as Row) ?? (value as Row | undefined)?.['displayName']
    return (value as Row | undefined)?.[name]
  }
  return path.split('.').reduce<unknown>(step, row)
}

function says(row: Row, words: string): boolean {
  const texts = [row['subject'], ...[read(row, 'messages.text'), read(row, 'messages.sender.displayName')].flat()]
  return texts.some((one) =>
    String(one ?? '')
      .toLowerCase()
      .includes(words.toLowerCase()),
  )
}
