import type { Api } from '../api.js'
import type { Call } from '../http/call.js'
import { type Reply, empty, json } from '../http/reply.js'
import { badRequest, conflict, messageReply, objectNotFound } from '../http/web-message.js'
import { type Field, parseFields } from '../metadata/fields.js'
import { displayName, idOf } from '../metadata/render.js'
import type { Property, Schema } from '../metadata/schemas.js'
import type { FileResource } from '../state.js'
import type { Row } from '../storage/collection.js'
import { isDefaultIcon, repairDefaultIcons, seedDefaultIcons } from './default-icons.js'
import { fileReply } from './file-reply.js'
import { pageOfIcons } from './icon-list.js'
import { wholeUser } from './whole-user.js'

/** An icon as it is kept; its id is its key. */
export interface Icon extends Row {
  key: string
  description?: string
  keywords: string[]
  /** Somebody added it: only such icons can be changed. */
  custom: boolean
  created: string
  lastUpdated: string
  createdBy?: { id: string }
  fileResource: { id: string }
}

const KEY_PATTERN = /^[a-zA-Z0-9_+-]+$/
const DEFAULT_FIELDS = 'key,keywords,description,fileResource,createdBy,href'
const ID: readonly Field[] = [{ name: 'id', kind: 'property', children: undefined }]
const text: Property = { type: 'text', persisted: true, owner: true }

const SCHEMA: Schema = {
  plural: 'icons',
  name: 'Icon',
  klass: 'org.hisp.dhis.icon.Icon',
  properties: {
    key: text,
    description: text,
    keywords: { ...text, type: 'collection' },
    custom: { ...text, type: 'boolean' },
    created: { ...text, type: 'date' },
    lastUpdated: { ...text, type: 'date' },
    createdBy: { ...text, type: 'reference', target: 'users' },
    fileResource: { ...text, type: 'reference', target: 'fileResources' },
    href: { ...text, persisted: false },
  },
  open: false,
  hidden: [],
  shareable: false,
  translatable: false,
  createPublic: [],
  createPrivate: [],
  delete: [],
}

/** `/api/icons` (WIRE.md 5.2). The default icons are there from the first request on. */
export function icons(api: Api): void {
  const { routes, state, traits } = api
  const rows = () => state.collection<Icon>('icons')
  // the query that looks for them names a table that does not exist
  api.files.owners.set('ICON', () => {
    throw conflict('ERROR: relation "customicon" does not exist')
  })

  routes.get('/api/icons', async (call) => {
    await seedDefaultIcons(state)
    const { icons: found, pager } = pageOfIcons(call, [...rows()])
    const fields = fieldsOf(call.query.getAll('fields').join(',') || DEFAULT_FIELDS)
    const shown = found.map((icon) => show(api, icon, fields, call))
    return json({ ...(pager !== undefined && { pager }), icons: shown })
  })

  routes.post('/api/icons', async (call) => {
    await seedDefaultIcons(state)
    const sent = ((await call.json()) ?? {}) as Record<string, unknown>
    const key = typeof sent['key'] === 'string' ? sent['key'] : ''
    if (key === '') throw badRequest('Icon key not specified.')
    if (!KEY_PATTERN.test(key.trim()))
      throw badRequest(`Icon key ${key} is not valid. Alphanumeric and special characters '-' and '_' are allowed`)
    if (rows().has(key)) throw badRequest(`Icon with key ${key} already exists.`)
    const uid = typeof sent['fileResourceId'] === 'string' ? sent['fileResourceId'] : undefined
    const file = state.fileResources.get(uid ?? '')
    if (file === undefined || state.storageStatus(file) === 'PENDING')
      throw objectNotFound('FileResource', String(uid ?? null))
    const now = state.timestamp()
    state.fileResources.update(file.id, { assigned: true, lastUpdated: now })
    rows().put({
      id: key,
      key,
      ...describedBy(sent),
      custom: true,
      created: now,
      lastUpdated: now,
      createdBy: { id: call.user.id },
      fileResource: { id: file.id },
    })
    return messageReply(201, { message: `Icon created with key ${key}` })
  })

  if (traits.repairsIcons)
    routes.patch('/api/icons', async () => {
      await seedDefaultIcons(state)
      return messageReply(200, { message: `${await repairDefaultIcons(state)} icons repaired` })
    })

  routes.get('/api/icons/:key', async (call) => {
    await seedDefaultIcons(state)
    const [icon, file] = find(call)
    return json(whole(api, icon, file, call))
  })

  routes.get('/api/icons/:key/icon', async (call) => {
    await seedDefaultIcons(state)
    const [, file, blob] = find(call)
    const made = fileReply(file, blob, { length: file.contentLength })
    made.headers.set('cache-control', 'max-age=31536000')
    return made
  })

  routes.get('/api/icons/:key/icon.svg', (call): Reply => {
    const location = `${call.apiBase}/icons/${encodeURIComponent(call.param('key'))}/icon`
    return empty(302, { location })
  })

  routes.put('/api/icons/:key', async (call) => {
    const sent = ((await call.json()) ?? {}) as Record<string, unknown>
    const icon = findCustom(call, 'update')
    delete icon.description
    Object.assign(icon, describedBy(sent), { lastUpdated: state.timestamp() })
    return messageReply(200, { message: `Icon with key ${icon.key} updated` })
  })

  routes.delete('/api/icons/:key', (call) => {
    const icon = findCustom(call, 'delete')
    state.fileResources.update(icon.fileResource.id, { assigned: false, lastUpdated: state.timestamp() })
    rows().delete(icon.key)
    return messageReply(200, { message: `Icon with key ${icon.key} deleted` })
  })

  /** An icon whose bytes are lost is not there either. */
  function find(call: Call): [Icon, FileResource, NonNullable<ReturnType<typeof state.blob>>] {
    const icon = rows().get(call.param('key'))
    const file = icon && state.fileResources.get(icon.fileResource.id)
    const blob = file && state.blob(file)
    if (icon === undefined || file === undefined || blob === undefined) throw objectNotFound('Icon', call.param('key'))
    return [icon, file, blob]
  }

  function findCustom(call: Call, verb: 'update' | 'delete'): Icon {
    const key = call.param('key')
    if (isDefaultIcon(key)) throw badRequest(`Not allowed to ${verb} default icon`)
    const icon = rows().get(key)
    if (icon === undefined) throw objectNotFound('Icon', key)
    return icon
  }
}

function describedBy(sent: Record<string, unknown>): { description?: string; keywords: string[] } {
  const { description, keywords } = sent
  return {
    ...(typeof description === 'string' && description !== '' && { description }),
    keywords: Array.isArray(keywords) ? keywords.map(String) : [],
  }
}

const hrefOf = ({ key }: Icon, { apiBase }: Call) => `${apiBase}/icons/${key}/icon`

/** In a list, what an icon refers to is shown by its uid alone, unless the fields say more. */
function fieldsOf(fields: string): readonly Field[] {
  const parsed = parseFields(fields)
  const wanted = parsed.some(({ kind }) => kind === 'preset')
    ? [...parsed, ...parseFields('createdBy,fileResource')]
    : parsed
  return wanted.map((field) =>
    field.children === undefined && (field.name === 'createdBy' || field.name === 'fileResource')
      ? { ...field, children: ID }
      : field,
  )
}

function show(api: Api, icon: Icon, fields: readonly Field[], call: Call): Record<string, unknown> {
  const shown = api.renderer.object(SCHEMA, icon, fields, call)
  for (const name of ['href', ...fields.flatMap(({ name: own, rename }) => (own === 'href' ? (rename ?? []) : []))])
    if (name in shown) shown[name] = hrefOf(icon, call)
  return shown
}

/** One icon: with the whole account of who made it, and its file as any object is shown. */
function whole(api: Api, icon: Icon, file: FileResource, call: Call): Record<string, unknown> {
  const user = api.state.users.get(icon.createdBy?.id ?? '')
  const { key, description, keywords, custom, created, lastUpdated } = icon
  const maker = api.renderer.userReference(file['createdBy'], true)
  return {
    key,
    ...(description !== undefined && { description }),
    keywords,
    custom,
    created,
    lastUpdated,
    ...(user !== undefined && { createdBy: wholeUser(api, user) }),
    fileResource: {
      id: file.id,
      name: file.name,
      displayName: displayName(file),
      created: file['created'],
      lastUpdated: file['lastUpdated'],
      ...(idOf(file['createdBy']) !== undefined && {
        createdBy: maker,
        user: maker,
        lastUpdatedBy: api.renderer.userReference(file['lastUpdatedBy'], true),
      }),
      sharing: api.renderer.sharing({ id: file.id }),
      translations: [],
      attributeValues: [],
      ...(api.traits.hasFavorites && { favorites: [], favorite: false }),
    },
    href: hrefOf(icon, call),
  }
}
