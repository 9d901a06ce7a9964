import { createUid, Dhis2Client, type TrackerFile } from '@dhis2-files/client'
import { createEmulator } from '@dhis2-files/emulator'
import { expect } from 'vitest'
import { failure } from '../../packages/client/test/doubles/failure.js'
import { all, fixture, text as read } from '../../packages/client/test/stories/capture.js'
import type { World } from '../world.js'

/** What holds a row of docs/versions.md: what happens on the emulator, or statuses that were recorded, oldest version first. */
export type Pin = ((world: World) => Promise<void>) | { readonly recorded: Readonly<Record<string, Statuses>> }
type Statuses = readonly [v41: number, v42: number, v43: number, v44: number]

const ADMIN = { authorization: `Basic ${btoa('admin:district')}` }

/** A request past the client: what the server itself does. */
async function raw({ url }: World, method: string, path: string, body?: FormData | object): Promise<Answer> {
  const isJson = body !== undefined && !(body instanceof FormData)
  const type = method === 'PATCH' ? 'application/json-patch+json' : 'application/json'
  const response = await fetch(`${url}/api/${path}`, {
    method,
    headers: { ...ADMIN, ...(isJson && { 'content-type': type }) },
    redirect: 'manual',
    ...(body !== undefined && { body: isJson ? JSON.stringify(body) : body }),
  })
  const text = await response.text()
  try {
    return { status: response.status, json: JSON.parse(text) as Json }
  } catch {
    return { status: response.status, json: {} }
  }
}

interface Answer {
  readonly status: number
  readonly json: Json
}
type Json = Readonly<Record<string, unknown>> & { readonly errorCode?: string }

function form(name: string, content: BlobPart, type = 'text/csv'): FormData {
  const body = new FormData()
  body.append('file', new File([content], name, { type }))
  return body
}

const text = (name: string, content = name): File => new File([content], name, { type: 'text/csv' })
const isOld = ({ version }: World): boolean => version === '2.41' || version === '2.42'

let month = 0
/** The key of a data value that no other row uses. */
function newKey({ capture }: World, of: 'file' | 'image' = 'file') {
  const pe = `${2021 + Math.floor((month / 12) % 5)}${String((month++ % 12) + 1).padStart(2, '0')}`
  return { de: capture.dataElements[of], ou: capture.orgUnit, pe, ds: capture.dataSet }
}
const queryOf = ({ de, ou, pe }: { de: string; ou: string; pe: string }): string => `de=${de}&ou=${ou}&pe=${pe}`

async function newEvent(world: World, more: object = {}): Promise<string> {
  const event = createUid()
  const { eventProgram: program, eventStage: programStage, orgUnit } = world.capture
  const { status } = await raw(world, 'POST', 'tracker?async=false', {
    events: [{ event, program, programStage, orgUnit, occurredAt: '2026-03-01', status: 'COMPLETED', ...more }],
  })
  expect(status).toBe(200)
  return event
}

/** A person, enrolled, with one event of the tracker program. */
async function newPerson(world: World, event: string = createUid()): Promise<string> {
  const trackedEntity = createUid()
  const { entityType: trackedEntityType, orgUnit, trackerProgram: program, trackerStage: programStage } = world.capture
  const at = { program, orgUnit, status: 'ACTIVE', occurredAt: '2026-02-01' }
  const events = [{ event, programStage, ...at }]
  const enrollments = [{ enrollment: createUid(), enrolledAt: '2026-02-01', ...at, events }]
  const { status } = await raw(world, 'POST', 'tracker?async=false', {
    trackedEntities: [{ trackedEntity, trackedEntityType, orgUnit, enrollments }],
  })
  expect(status).toBe(200)
  return trackedEntity
}

/** A client of somebody who may do little. */
async function clerk({ client, open }: World): Promise<Dhis2Client> {
  const role = { id: createUid(), name: `role ${createUid()}`, authorities: ['F_DATAVALUE_ADD'] }
  const username = `clerk${createUid().toLowerCase()}`
  const user = { username, password: 'District1-', firstName: 'Ama', surname: 'Clerk', userRoles: [{ id: role.id }] }
  await client.request('api/metadata?importStrategy=CREATE', {
    method: 'POST',
    json: { userRoles: [role], users: [{ id: createUid(), ...user }] },
  })
  return open({ auth: { username, password: user.password } })
}

/** By the id of the row. */
export const PINS: Readonly<Record<string, Pin>> = {
  async 'upload.own-uid'({ client, emulator }) {
    const uid = createUid()
    emulator.inject({ kind: 'lost-answer', route: 'POST /api/fileResources', count: 1 })
    const made = await client.files.uploadFileResource(text('once.csv'), { uid })
    expect(made.id).toBe(uid)
    expect([...emulator.state.fileResources].filter(({ name }) => name === 'once.csv')).toHaveLength(1)
  },

  'upload.no-uid': { recorded: { 'file.upload.malformed-uid': [202, 202, 400, 400] } },

  async 'upload.domains'(world) {
    const made = world.client.files.uploadFileResource(text('p.csv'), { domain: 'PUSH_ANALYSIS' })
    if (isOld(world)) expect((await made).domain).toBe('PUSH_ANALYSIS')
    else expect((await failure(made)).code).toBe('rejected-file')
  },

  async 'upload.size-cap'({ version }) {
    const png = await fixture('photo.png', 'cap.png', 'image/png')
    const maxFileUploadSize = png.size - 1
    const emulator = createEmulator({ version, settings: { maxFileUploadSize } })
    const auth = { username: 'admin', password: 'district' }
    const baseUrl = (await emulator.serve()).url
    // the server decides; then the client, which is told the server's cap, comes to the same
    for (const options of [{ preflight: false }, { maxFileUploadSize }]) {
      const client = new Dhis2Client({ baseUrl, auth })
      const made = client.files.uploadFileResource(png, { domain: 'USER_AVATAR', ...options })
      if (version === '2.44') expect((await made).contentLength).toBeLessThan(maxFileUploadSize)
      else expect((await failure(made)).code).toMatch(/too-large|rejected-file/)
      await client.close()
    }
    await emulator.close()
  },

  async 'upload.blanks'({ client, version }) {
    const made = client.files.uploadFileResource(text('x'), { filename: ' blanks.csv ' })
    if (version === '2.41') expect((await failure(made)).code).toBe('rejected-file')
    else expect((await made).name).toBe(' blanks.csv ')
  },

  async 'upload.encoded-words'({ emulator, version }) {
    const heads: string[] = []
    // what goes over the wire, before the server sees it
    const listening = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
      const request = new Request(input, init)
      const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer())
      if (body) heads.push(new TextDecoder().decode(body).split('\r\n\r\n')[0] ?? '')
      const { method, headers } = request
      return emulator.fetch(new Request(request.url, { method, headers, ...(body && { body }) }))
    }
    const auth = { username: 'admin', password: 'district' }
    const client = new Dhis2Client({ baseUrl: 'http://dhis2.example.org', auth, fetch: listening as typeof fetch })
    for (const name of ['=?utf-8?Q?a?=.csv', 'Re: =?UTF-8?B?YQ==?= .csv', '=?iso-8859-1?q?=E9?=']) {
      heads.length = 0
      const made = await client.files.uploadFileResource(text('x'), { filename: name })
      expect(emulator.state.fileResources.get(made.id)?.name, version).toBe(name)
      expect(heads.some((head) => head.includes('filename'))).toBe(true)
      for (const head of heads) expect(head).not.toMatch(/=\?[^?]*\?[bqBQ]\?/)
    }
    await client.close()
  },

  async 'upload.odd-image'({ client }) {
    const odd = await fixture('odd.jpg', 'odd.jpg', 'image/jpeg')
    const error = await failure(client.files.uploadFileResource(odd))
    expect(error).toMatchObject({ code: 'rejected-file', doubtful: false })
    const made = await client.files.uploadFileResource(odd, { preflight: false, until: 'accepted' })
    const waited = await failure(client.files.waitUntilStored(made.id, { deadline: 300 }))
    expect(waited.code).toBe('not-yet-stored')
  },

  async 'upload.image-type'({ client, emulator, capture }) {
    const picture = await fixture('icon.png', 'unit.png', 'image/png')
    const made = await client.files.orgUnitImages.set(capture.orgUnit, picture)
    expect(made.contentType).toBe('image/png')
    emulator.state.fileResources.update(made.id, { contentType: 'application/octet-stream', hasVariants: false })
    const small = await client.files.orgUnitImages.download(capture.orgUnit, { dimension: 'SMALL' })
    expect((await small.bytes()).byteLength).toBe(made.contentLength)
  },

  async 'upload.slow-variants'({ emulator, open }) {
    emulator.inject({ kind: 'delay', ms: 600, route: 'POST /api/fileResources', count: 1 })
    const client = open({ timeouts: { idle: 250 }, retry: false })
    await client.files.uploadFileResource(await fixture('photo.jpg', 'slow.jpg', 'image/jpeg'))
  },

  'file.no-delete': { recorded: { 'file.delete': [405, 405, 405, 405], 'file.put': [405, 405, 405, 405] } },

  async 'file.open'(world) {
    const { client } = world
    const other = await clerk(world)
    const { uid, fileResource } = await client.files.uploadDocument(text('secret.csv'), {
      name: `secret ${createUid()}`,
      sharing: { public: '--------' },
    })
    expect((await failure(other.files.getDocument(uid))).code).toMatch(/not-found|forbidden/)
    expect(await read(await other.files.downloadFileResource(fileResource.id))).toBe('secret.csv')
    const attachment = await client.files.uploadFileResource(text('m.csv'), { domain: 'MESSAGE_ATTACHMENT' })
    expect(await read(await other.files.downloadFileResource(attachment.id))).toBe('m.csv')
    const value = await client.files.uploadFileResource(text('v.csv'))
    const refused = async () => (await client.files.downloadFileResource(value.id)).bytes()
    expect((await failure(refused())).code).toBe('forbidden')
  },

  async 'file.vanishes'({ client, emulator, capture }) {
    const { orgUnitImages } = client.files
    const picture = await fixture('icon.png', 'late.png', 'image/png')
    const fault = emulator.inject({ kind: 'html', status: 403, route: 'PATCH /api/organisationUnits/*', count: 1 })
    const { fileResource = '' } = await failure(orgUnitImages.set(capture.orgUnit, picture))
    expect(fault.fired).toBe(1)
    emulator.state.fileResources.delete(fileResource)
    const made = await orgUnitImages.set(capture.orgUnit, picture, { fileResource })
    expect(made.id).toBe(fileResource)
    expect((await orgUnitImages.get(capture.orgUnit))?.id).toBe(fileResource)
  },

  async 'list.gist'(world) {
    const { json } = await raw(world, 'GET', 'documents?fields=id,name&pageSize=1')
    expect(json['gist']).toBe(world.version === '2.44' ? true : undefined)
    const start = world.emulator.log.length
    await world.client.files.listDocuments({ fields: 'id,name', pageSize: 1 })
    const asked = world.emulator.log.slice(start).some(({ path }) => path.includes('gist=false'))
    expect(asked).toBe(world.version === '2.44')
  },

  async 'document.update'(world) {
    const { files } = world.client
    const { uid } = await files.uploadDocument(text('first.csv'), { name: `report ${createUid()}` })
    const document = await files.getDocument(uid)
    const { status, json } = await raw(world, 'PUT', `documents/${uid}`, document)
    expect([status, JSON.stringify(json).includes('E4016')]).toEqual([409, true])
    await files.replaceDocument(uid, text('second.csv'))
    await files.renameDocument(uid, `renamed ${uid}`)
    const after = await files.downloadDocument(uid)
    expect(after.kind === 'file' && (await read(after))).toBe('second.csv')
    expect((await files.getDocument(uid)).name).toBe(`renamed ${uid}`)
  },

  async 'document.sharing'(world) {
    const { files } = world.client
    const sharing = { public: '--------' }
    const { uid } = await files.uploadDocument(text('p.csv'), { name: `private ${createUid()}`, sharing })
    await files.replaceDocument(uid, text('p2.csv'))
    expect((await files.getDocumentSharing(uid)).public).toBe('--------')
    const { id: value } = await files.uploadFileResource(text('p3.csv'), { domain: 'DOCUMENT' })
    await raw(world, 'PATCH', `documents/${uid}`, [{ op: 'add', path: '/url', value }])
    expect((await files.getDocumentSharing(uid)).public).not.toBe('--------')
  },

  async 'document.owner'({ client, emulator }) {
    const { files } = client
    const { uid } = await files.uploadDocument(text('o.csv'), { name: `owned ${createUid()}` })
    const { owner } = await files.getDocumentSharing(uid)
    expect(owner).toBeTruthy()
    await files.shareDocument(uid, { public: '--------' })
    const kept = emulator.state.documents.get(uid)?.['sharing'] as { owner?: string; public?: string }
    expect(kept).toMatchObject({ owner, public: '--------' })
  },

  async 'document.pending'({ emulator, open }) {
    const { files } = open({ retry: false })
    emulator.inject({ kind: 'never-stored', route: 'POST /api/fileResources', count: 1 })
    const { uid } = await files.uploadDocument(text('pending.csv', 'x'.repeat(50)), {
      name: `pending ${createUid()}`,
      until: 'accepted',
    })
    const document = await files.downloadDocument(uid)
    if (document.kind !== 'file') throw new Error('a link')
    expect((await failure(document.bytes())).code).toBe('not-yet-stored')
  },

  async 'value.refused'(world) {
    const { dataValues } = world.client.files
    const key = newKey(world)
    const { fileResource } = await dataValues.upload(text('keep.csv'), key)
    for (const preflight of [true, false]) {
      const blocked = new File(['x'], 'run.sh', { type: 'text/plain' })
      expect((await failure(dataValues.upload(blocked, key, { preflight }))).code).toBe('rejected-file')
      expect((await dataValues.get(key))?.value).toBe(fileResource.id)
    }
    const refused = await raw(world, 'POST', `dataValues/file?${queryOf(key)}`, form('run.sh', 'x', 'text/plain'))
    expect(refused.status).toBe(409)
    expect((await dataValues.get(key))?.value).toBe(isOld(world) ? fileResource.id : undefined)
  },

  async 'value.two-steps'(world) {
    const { dataValues } = world.client.files
    const key = newKey(world)
    const start = world.emulator.log.length
    const first = await dataValues.upload(text('one.csv'), key)
    const second = await dataValues.upload(text('two.csv'), key)
    expect(second.leftBehind).toBe(first.fileResource.id)
    expect(await read(await dataValues.download(key))).toBe('two.csv')
    const writes = world.emulator.log.slice(start).filter(({ method }) => method === 'POST')
    expect(writes.map(({ path }) => path.split('?')[0])).toEqual([
      '/api/fileResources',
      '/api/dataValues',
      '/api/fileResources',
      '/api/dataValues',
    ])
  },

  async 'value.no-file'(world) {
    const key = newKey(world)
    const nowhere = createUid()
    const { status } = await raw(world, 'POST', `dataValues?${queryOf(key)}&value=${nowhere}`)
    expect(status).toBe(isOld(world) ? 404 : 201)
    const found = await world.client.files.dataValues.get(key)
    expect(found).toEqual(isOld(world) ? undefined : { key, value: nowhere, fileResource: undefined })
  },

  async 'value.shared-file'(world) {
    const { fileResource } = await world.client.files.dataValues.upload(text('mine.csv'), newKey(world))
    const answer = await raw(world, 'POST', `dataValues?${queryOf(newKey(world))}&value=${fileResource.id}`)
    expect(answer.status).toBe(isOld(world) ? 409 : 201)
    if (isOld(world)) expect(answer.json.errorCode).toBe('E2026')
  },

  async 'value.absent'(world) {
    const key = newKey(world)
    expect(await world.client.files.dataValues.get(key)).toBeUndefined()
    const { status, json } = await raw(world, 'GET', `dataValues?${queryOf(key)}`)
    expect([status, json.errorCode]).toEqual(isOld(world) ? [409, undefined] : [404, 'E1005'])
  },

  async 'value.remove'(world) {
    const { dataValues } = world.client.files
    const key = newKey(world)
    const { fileResource } = await dataValues.upload(text('removed.csv'), key)
    await dataValues.remove(key)
    const reading = async () => read(await dataValues.downloadByFile(fileResource.id))
    if (isOld(world)) expect((await failure(reading())).code).toBe('not-found')
    else expect(await reading()).toBe('removed.csv')
  },

  async 'value.replaced'(world) {
    const { dataValues } = world.client.files
    const key = newKey(world)
    const { fileResource } = await dataValues.upload(text('before.csv'), key)
    await dataValues.upload(text('after.csv'), key)
    expect(await read(await dataValues.downloadByFile(fileResource.id))).toBe('before.csv')
  },

  async 'value.assigned'(world) {
    const { fileResource } = await world.client.files.dataValues.upload(text('assigned.csv'), newKey(world))
    const { assigned } = await world.client.files.getFileResource(fileResource.id)
    expect(assigned).toBe(isOld(world))
  },

  async 'value.list'(world) {
    const { capture, client } = world
    const keys = [newKey(world), newKey(world)]
    for (const key of keys) await client.files.dataValues.upload(text(`list ${key.pe}.csv`), key)
    const period = keys.map(({ pe }) => pe)
    const query = `dataSet=${capture.dataSet}&orgUnit=${capture.orgUnit}&${period.map((pe) => `period=${pe}`).join('&')}`
    const { json } = await raw(world, 'GET', `dataValueSets?${query}`)
    const [row] = json['dataValues'] as Json[]
    const where = isOld(world) ? row : json
    expect(where?.['orgUnit']).toBe(capture.orgUnit)
    const { dataSet, orgUnit } = capture
    const names: (string | undefined)[] = []
    for await (const { fileResource } of client.files.dataValues.list({ dataSet, orgUnit, period })) {
      names.push(fileResource?.name)
    }
    expect(names.sort()).toEqual(period.map((pe) => `list ${pe}.csv`).sort())
  },

  'value.import': { recorded: { 'value.set-import': [409, 409, 200, 200] } },

  async 'tracker.update'(world) {
    const { capture, client } = world
    const of = (event: string) => raw(world, 'GET', `tracker/events/${event}?fields=status,completedAt,dataValues`)
    const event = await newEvent(world, { completedAt: '2026-03-02T10:00:00.000' })
    const before = await of(event)
    await client.files.tracker.attachToEvent(event, capture.eventElements.file, text('kept.csv'))
    const after = await of(event)
    const { status, completedAt } = before.json
    expect(after.json).toMatchObject({ status, completedAt })
    expect(status).toBe('COMPLETED')

    const { eventProgram: program, eventStage: programStage, orgUnit } = capture
    const partial = { event, program, programStage, orgUnit, occurredAt: '2026-03-01' }
    await raw(world, 'POST', 'tracker?async=false&importStrategy=UPDATE', { events: [partial] })
    expect((await of(event)).json['status']).toBe('ACTIVE')
  },

  async 'tracker.routes'(world) {
    const { file } = world.capture.eventElements
    const event = await newEvent(world)
    await world.client.files.tracker.attachToEvent(event, file, text('route.csv'))
    const works = async (path: string): Promise<boolean> => (await raw(world, 'GET', path)).status === 200
    expect(await works(`tracker/events/${event}/dataValues/${file}/file`)).toBe(true)
    expect(await works(`events/files?eventUid=${event}&dataElementUid=${file}`)).toBe(world.version === '2.41')
    expect(await works(`tracker/singleEvents/${event}/dataValues/${file}/file`)).toBe(!isOld(world))
    const ofPerson = createUid()
    await newPerson(world, ofPerson)
    await world.client.files.tracker.attachToEvent(ofPerson, file, text('route of a person.csv'))
    expect(await works(`tracker/events/${ofPerson}/dataValues/${file}/file`)).toBe(true)
    expect(await works(`tracker/trackerEvents/${ofPerson}/dataValues/${file}/file`)).toBe(!isOld(world))
  },

  async 'tracker.images'(world) {
    const { image } = world.capture.eventElements
    const photo = await fixture('photo.jpg', 'visit.jpg', 'image/jpeg')
    const event = await newEvent(world)
    const releases = { '2.41': ['2.41.9'], '2.42': ['2.42.5', '2.42.5.1'], '2.43': [], '2.44': [] }[world.version]
    for (const version of releases) {
      const start = world.emulator.log.length
      const error = await failure(world.open({ version }).files.tracker.attachToEvent(event, image, photo))
      expect(error).toMatchObject({ code: 'unsupported', message: expect.stringContaining('DHIS2-19733') })
      expect(world.emulator.log.slice(start).filter(({ method }) => method !== 'GET')).toEqual([])
    }
    const fixed = { '2.41': '2.41.9.1', '2.42': '2.42.5.2', '2.43': '2.43.0', '2.44': '2.44.0' }[world.version]
    await world.open({ version: fixed }).files.tracker.attachToEvent(event, image, photo)
  },

  async 'tracker.trim'(world) {
    const { eventElements, eventProgram: program, orgUnit } = world.capture
    const { tracker } = world.client.files
    const event = await newEvent(world)
    const { fileResource } = await tracker.attachToEvent(event, eventElements.file, text('trimmed.csv'))
    // what the job did, and the clean-up after it
    world.emulator.state.fileResources.delete(fileResource.id)
    let found: { fileResource: unknown; value: string } | undefined
    for await (const one of tracker.listEventFiles({ program, orgUnit })) if (one.event === event) found = one
    expect(found).toMatchObject({ value: fileResource.id, fileResource: undefined })
    expect((await failure(tracker.downloadEventFile(event, eventElements.file))).code).toBe('not-found')
  },

  async 'tracker.assigned'(world) {
    const { client, capture } = world
    const person = await newPerson(world)
    const portrait = await fixture('photo.jpg', 'portrait.jpg', 'image/jpeg')
    const { tracker } = client.files
    const made = await tracker.attachToTrackedEntity(person, capture.attributes.image, portrait)
    expect((await client.files.getFileResource(made.fileResource.id)).assigned).toBe(false)
    const { entityType: trackedEntityType, orgUnit } = capture
    const listed = await all(tracker.listTrackedEntityFiles({ trackedEntityType, orgUnit }))
    expect(listed.some(({ value }) => value === made.fileResource.id)).toBe(true)
  },

  async 'tracker.once'(world) {
    const { file } = world.capture.eventElements
    const { tracker } = world.client.files
    const data = text('once only.csv')
    const { fileResource } = await tracker.attachToEvent(await newEvent(world), file, data)
    const other = await newEvent(world)
    const error = await failure(tracker.attachToEvent(other, file, data, { fileResource: fileResource.id }))
    expect(error).toMatchObject({ code: 'conflict', errorCode: 'E1009' })
  },

  async 'tracker.etag'(world) {
    const { file } = world.capture.eventElements
    const { tracker } = world.client.files
    const event = await newEvent(world)
    await tracker.attachToEvent(event, file, text('etag.csv'))
    const { etag } = (await tracker.downloadEventFile(event, file)) as TrackerFile
    expect(await tracker.downloadEventFile(event, file, { etag })).toEqual({ kind: 'not-modified', etag })
  },

  async 'message.once'({ client }) {
    const { id } = await client.system.me()
    const { messages } = client.files
    const message = { subject: 'once', text: 'with a file', users: [id] }
    const { attachments } = await messages.send({ ...message, attachments: [text('att.csv')] })
    const again = { ...message, text: 'another', attachments: attachments.map((file) => file.id) }
    expect(await failure(messages.send(again))).toMatchObject({ code: 'conflict', errorCode: 'E1004' })
  },

  async 'message.membership'(world) {
    const { client } = world
    const { id } = await client.system.me()
    const message = { subject: 'ours', text: 'with a file', users: [id], attachments: [text('ours.csv')] }
    const { conversation } = await client.files.messages.send(message)
    const [found] = await client.files.messages.listAttachments(conversation)
    const other = await clerk(world)
    const download = await other.files.messages.downloadAttachment(
      conversation,
      found?.message ?? '',
      found?.file ?? '',
    )
    expect((await failure(download.bytes())).code).toBe('forbidden')
  },

  'message.bare-uid': { recorded: { 'message.send.bare-uid-attachment': [500, 500, 409, 409] } },

  async 'icon.pending'(world) {
    const png = new Uint8Array(await (await fixture('icon.png', 'i.png', 'image/png')).arrayBuffer())
    world.emulator.inject({ kind: 'never-stored', route: 'POST /api/fileResources', count: 1 })
    const uid = createUid()
    await raw(world, 'POST', `fileResources?domain=ICON&uid=${uid}`, form('i.png', png, 'image/png'))
    const icon = { key: `pending_${uid}`, keywords: [], fileResourceId: uid }
    expect((await raw(world, 'POST', 'icons', icon)).status).toBe(404)
    const key = `waits_${uid}`
    await world.client.files.icons.create(new File([png], 'w.png', { type: 'image/png' }), { key })
    expect((await world.client.files.icons.get(key)).key).toBe(key)
  },

  async 'icon.fixed'(world) {
    const { icons } = world.client.files
    const { items } = await icons.list({ type: 'DEFAULT', pageSize: 1 })
    const key = items[0]?.key ?? ''
    expect((await failure(icons.update(key, { keywords: ['x'] }))).code).toBe('forbidden')
    const own = `own_${createUid()}`
    const made = await icons.create(await fixture('icon.png', 'own.png', 'image/png'), { key: own })
    const other = await world.client.files.uploadFileResource(await fixture('icon.png', 'o.png', 'image/png'), {
      domain: 'ICON',
    })
    await raw(world, 'PUT', `icons/${own}`, { key: own, keywords: [], fileResourceId: other.id })
    expect((await icons.get(own)).fileResource?.id).toBe(made.fileResource?.id)
  },

  async 'image.reencoded'({ client, capture }) {
    const photo = await fixture('photo.jpg', 'unit.jpg', 'image/jpeg')
    const sent = await client.files.uploadFileResource(photo)
    const image = await client.files.orgUnitImages.set(capture.orgUnit, photo)
    expect(image.contentMd5).not.toBe(sent.contentMd5)
    const read = await client.files.orgUnitImages.download(capture.orgUnit)
    expect((await read.bytes()).byteLength).toBe(image.contentLength)
    const avatar = await client.files.avatars.set(photo)
    expect(avatar.contentMd5).not.toBe(sent.contentMd5)
    const png = await fixture('photo.png', 'icon.png', 'image/png')
    const key = `encoded_${createUid()}`
    const icon = await client.files.icons.create(png, { key })
    const file = await client.files.getFileResource(icon.fileResource?.id ?? '')
    expect(file.contentMd5).not.toBe((await client.files.uploadFileResource(png)).contentMd5)
    expect((await (await client.files.icons.download(key)).bytes()).byteLength).toBe(file.contentLength)
  },

  async 'avatar.own'(world) {
    const other = await clerk(world)
    const png = await fixture('icon.png', 'other.png', 'image/png')
    const { id } = await other.files.uploadFileResource(png, { domain: 'USER_AVATAR' })
    expect((await raw(world, 'PUT', 'me', { avatar: { id } })).status).toBe(409)
    const mine = await world.client.files.avatars.set(png)
    expect((await world.client.files.avatars.get())?.id).toBe(mine.id)
  },

  async 'org-unit.patch'(world) {
    const { orgUnit } = world.capture
    const { orgUnitImages } = world.client.files
    const of = async (): Promise<Json> => {
      const { json } = await raw(world, 'GET', `organisationUnits/${orgUnit}?fields=:owner`)
      const { image: _image, lastUpdated: _at, lastUpdatedBy: _by, ...rest } = json
      return rest
    }
    await orgUnitImages.remove(orgUnit)
    const before = await of()
    await orgUnitImages.set(orgUnit, await fixture('icon.png', 'p.png', 'image/png'))
    expect(await of()).toEqual(before)
  },

  async 'sign-in.oauth2'({ version }) {
    const clients = [{ id: 'app', secret: 'kept', redirectUris: ['http://127.0.0.1/'] }]
    const emulator = createEmulator({ version, settings: { oauth2: { clients } } })
    const baseUrl = (await emulator.serve()).url
    const asked = 'response_type=code&client_id=app&scope=username'
    const answer = await fetch(`${baseUrl}/oauth2/authorize?${asked}`, { headers: ADMIN, redirect: 'manual' })
    const code = new URL(answer.headers.get('location') ?? 'none:').searchParams.get('code') ?? ''
    const form = { grant_type: 'authorization_code', code, client_id: 'app', client_secret: 'kept' }
    const tokens = await fetch(`${baseUrl}/oauth2/token`, {
      method: 'POST',
      headers: version === '2.41' ? ADMIN : {},
      body: new URLSearchParams(form),
    })
    if (version === '2.41') expect([answer.status, tokens.status]).toEqual([404, 404])
    else {
      const { access_token: accessToken } = (await tokens.json()) as { access_token: string }
      const client = new Dhis2Client({ baseUrl, auth: { accessToken } })
      expect((await client.system.me()).username).toBe('admin')
      await client.close()
    }
    await emulator.close()
  },

  async 'sign-in.two-factor'({ version }) {
    const user = { username: 'ada', password: 'pw', twoFactorSecret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }
    const emulator = createEmulator({ version, users: [user] })
    const logIn = async (twoFactorCode?: string): Promise<unknown> => {
      const body = JSON.stringify({ username: 'ada', password: 'pw', twoFactorCode })
      const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
      const answer = await emulator.fetch(new Request('http://dhis2.test/api/auth/login', request))
      return ((await answer.json()) as Json)['loginStatus']
    }
    const refused = version === '2.41' ? 'INCORRECT_TWO_FACTOR_CODE' : 'INCORRECT_TWO_FACTOR_CODE_TOTP'
    expect([await logIn(), await logIn('000000')]).toEqual([refused, refused])
    expect(await logIn(emulator.state.twoFactorCode('ada'))).toBe('SUCCESS')
    await emulator.close()
  },
}
