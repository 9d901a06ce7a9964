import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createUid, type Dhis2Client, type FileDownload, type NotModified } from '@dhis2-files/client'
import type { Emulator, Row } from '@dhis2-files/emulator'
import type { Capture } from '../../packages/client/test/stories/capture.js'

/** What the emulator has of a place after everything: read from its state, not through the client. */
export interface Kept {
  /** Uids of the files that refer to the place, once for each reference. */
  readonly files: readonly string[]
  /** Everything else of the object; must be what it was before. */
  readonly rest: unknown
}

/** A place that gets a file, on one of DHIS2's surfaces. */
export interface Place {
  readonly surface: string
  /** Name of the file; no other place has one of this name. */
  readonly name: string
  readonly file: File
  /** Whether the server keeps other bytes than those that it was sent. */
  readonly reencoded: boolean
  /** The file that it has before; it must be there until the new one is. */
  readonly old: string | undefined
  /** Puts the file there through the client. @returns uid of the file resource */
  put(client: Dhis2Client): Promise<string>
  get(client: Dhis2Client): Promise<FileDownload | NotModified>
  kept(): Kept
}

export const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

type Members = Record<string, unknown>

/** What an update writes anew. */
const WRITTEN = new Set(['updatedAt', 'updatedBy', 'lastUpdated', 'lastUpdatedBy', 'updatedAtClient'])

function without(row: Members | undefined, ...members: string[]): Members {
  const left = Object.entries(row ?? {}).filter(([name]) => !WRITTEN.has(name) && !members.includes(name))
  return JSON.parse(JSON.stringify(Object.fromEntries(left))) as Members
}

const rowsOf = (emulator: Emulator, type: string): readonly (Row & Members)[] => [...emulator.state.collection(type)]

/** Makes places of every surface, each with what belongs around it, before anything goes wrong. */
export async function makePlaces(
  client: Dhis2Client,
  emulator: Emulator,
  capture: Capture,
  counts: Readonly<Record<Surface, number>>,
): Promise<Place[]> {
  const places: Place[] = []
  for (const [surface, count] of Object.entries(counts) as [Surface, number][]) {
    for (let i = 0; i < count; i++) places.push(await MAKERS[surface]({ client, emulator, capture }, i))
  }
  return places
}

interface World {
  readonly client: Dhis2Client
  readonly emulator: Emulator
  readonly capture: Capture
}

export type Surface = 'dataValues' | 'events' | 'attributes' | 'messages' | 'replies' | 'icons' | 'avatars' | 'orgUnits'

const text = (name: string): File => {
  const content = `${name}\n`.repeat(1 + name.length * 7 + Number(/\d+/.exec(name)?.[0] ?? 0) * 40)
  return new File([content], name, { type: 'text/csv' })
}

async function picture(name: string): Promise<File> {
  const bytes = await readFile(new URL('../conformance/fixtures/icon.png', import.meta.url))
  return new File([bytes], name, { type: 'image/png' })
}

async function post({ client }: World, path: string, json: unknown): Promise<void> {
  await client.request(path, { method: 'POST', json })
}

const MAKERS: Readonly<Record<Surface, (world: World, i: number) => Promise<Place>>> = {
  async dataValues({ client, emulator, capture }, i) {
    const pe = `${2021 + Math.floor(i / 12)}${String((i % 12) + 1).padStart(2, '0')}`
    const key = { de: capture.dataElements.file, ou: capture.orgUnit, pe, ds: capture.dataSet }
    const { fileResource } = await client.files.dataValues.upload(text(`old value ${i}.csv`), key)
    const name = `value ${i}.csv`
    const file = text(name)
    return {
      surface: 'data values',
      name,
      file,
      reencoded: false,
      old: fileResource.id,
      put: async (on) => (await on.files.dataValues.upload(file, key)).fileResource.id,
      get: (on) => on.files.dataValues.download(key),
      kept() {
        const rows = rowsOf(emulator, 'dataValues').filter((row) => row['period'] === pe && row['deleted'] !== true)
        return { files: rows.map((row) => String(row['value'])), rest: rows.map((row) => without(row, 'value')) }
      },
    }
  },

  async events(world, i) {
    const { client, emulator, capture } = world
    const { eventProgram: program, eventStage: programStage, orgUnit, eventElements } = capture
    const event = createUid()
    // as others made it: what an attach of ours might lose is in it
    const old = await client.files.uploadFileResource(text(`old event ${i}.csv`))
    const value = {
      event,
      program,
      programStage,
      orgUnit,
      status: 'COMPLETED',
      occurredAt: '2026-03-01T00:00:00.000',
      completedAt: '2026-03-02T10:00:00.000',
      scheduledAt: '2026-02-27T00:00:00.000',
      geometry: { type: 'Point', coordinates: [-0.2, 5.6] },
      notes: [{ note: createUid(), value: 'called twice' }],
      dataValues: [
        { dataElement: eventElements.text, value: 'first' },
        { dataElement: eventElements.file, value: old.id },
      ],
    }
    await post(world, 'api/tracker?async=false', { events: [value] })
    const name = `event ${i}.csv`
    const file = text(name)
    return {
      surface: 'events',
      name,
      file,
      reencoded: false,
      old: old.id,
      put: async (on) => (await on.files.tracker.attachToEvent(event, eventElements.file, file)).fileResource.id,
      get: (on) => on.files.tracker.downloadEventFile(event, eventElements.file),
      kept() {
        const row = emulator.state.collection('events').get(event)
        return keptOf(row, 'dataValues', 'dataElement', eventElements.file)
      },
    }
  },

  async attributes(world, i) {
    const { client, emulator, capture } = world
    const { entityType: trackedEntityType, orgUnit, trackerProgram: program, attributes } = capture
    const trackedEntity = createUid()
    const old = await client.files.uploadFileResource(text(`old who ${i}.csv`))
    const dates = { enrolledAt: '2026-02-01', occurredAt: '2026-02-01' }
    const enrollments = [{ enrollment: createUid(), program, orgUnit, status: 'ACTIVE', ...dates }]
    await post(world, 'api/tracker?async=false', {
      trackedEntities: [
        {
          trackedEntity,
          trackedEntityType,
          orgUnit,
          enrollments,
          potentialDuplicate: true,
          attributes: [{ attribute: attributes.file, value: old.id }],
        },
      ],
    })
    const name = `who ${i}.csv`
    const file = text(name)
    return {
      surface: 'attributes',
      name,
      file,
      reencoded: false,
      old: old.id,
      put: async (on) =>
        (await on.files.tracker.attachToTrackedEntity(trackedEntity, attributes.file, file)).fileResource.id,
      get: (on) => on.files.tracker.downloadAttributeFile(trackedEntity, attributes.file),
      kept() {
        const row = emulator.state.collection('trackedEntities').get(trackedEntity)
        const own = keptOf(row, 'attributes', 'attribute', attributes.file)
        const enrolled = rowsOf(emulator, 'enrollments').filter((one) => one['trackedEntity'] === trackedEntity)
        return { ...own, rest: [own.rest, enrolled.map((one) => without(one))] }
      },
    }
  },

  messages(world, i) {
    const name = `message ${i}.csv`
    const file = text(name)
    const subject = `Subject ${i}`
    return Promise.resolve({
      surface: 'messages',
      name,
      file,
      reencoded: false,
      old: undefined,
      put: async (on) => {
        const { id } = await on.system.me()
        const message = { subject, text: 'See the file', users: [id], attachments: [file] }
        return (await on.files.messages.send(message)).attachments[0]?.id ?? ''
      },
      get: (on) => attachmentOf(on, rowsOf(world.emulator, 'messageConversations'), subject, name),
      kept() {
        const found = rowsOf(world.emulator, 'messageConversations').filter((row) => row['subject'] === subject)
        return { files: found.flatMap(attachmentsOf), rest: undefined }
      },
    })
  },

  async replies(world, i) {
    const { client, emulator } = world
    const name = `reply ${i}.csv`
    const file = text(name)
    const subject = `Question ${i}`
    const { id } = await client.system.me()
    const { conversation } = await client.files.messages.send({ subject, text: 'What does the file say?', users: [id] })
    return {
      surface: 'replies',
      name,
      file,
      reencoded: false,
      old: undefined,
      put: async (on) => {
        const reply = { text: 'This', attachments: [file] }
        return (await on.files.messages.reply(conversation, reply)).attachments[0]?.id ?? ''
      },
      get: (on) => attachmentOf(on, rowsOf(emulator, 'messageConversations'), subject, name),
      kept() {
        const found = rowsOf(emulator, 'messageConversations').filter((row) => row['subject'] === subject)
        return { files: found.flatMap(attachmentsOf), rest: undefined }
      },
    }
  },

  async icons({ emulator }, i) {
    const name = `icon ${i}.png`
    const file = await picture(name)
    const key = `key_${i}`
    return {
      surface: 'icons',
      name,
      file,
      reencoded: true,
      old: undefined,
      put: async (on) => (await on.files.icons.create(file, { key })).fileResource?.id ?? '',
      get: (on) => on.files.icons.download(key),
      kept() {
        const rows = rowsOf(emulator, 'icons').filter((row) => row['key'] === key)
        return { files: rows.map((row) => idOf(row['fileResource'])), rest: undefined }
      },
    }
  },

  async avatars(world, i) {
    const user = createUid()
    const role = { id: createUid(), name: `role ${i}`, authorities: ['F_DATAVALUE_ADD'] }
    const names = { username: `clerk${i}`, password: 'District1-', firstName: 'Ama', surname: 'Clerk' }
    await post(world, 'api/metadata?importStrategy=CREATE', {
      userRoles: [role],
      users: [{ id: user, ...names, userRoles: [{ id: role.id }] }],
    })
    const old = await world.client.files.avatars.set(await picture(`old avatar ${i}.png`), { user })
    const name = `avatar ${i}.png`
    const file = await picture(name)
    return {
      surface: 'avatars',
      name,
      file,
      reencoded: true,
      old: old.id,
      put: async (on) => (await on.files.avatars.set(file, { user })).id,
      get: (on) => on.files.avatars.download({ user }),
      kept: () => pictureOf(world.emulator.state.collection('users').get(user), 'avatar'),
    }
  },

  async orgUnits(world, i) {
    const id = createUid()
    const name = `unit ${i}`
    const unit = { id, name, shortName: name, code: `U${i}`, openingDate: '2020-01-01T00:00:00.000' }
    await post(world, 'api/metadata?importStrategy=CREATE', { organisationUnits: [unit] })
    const old = await world.client.files.orgUnitImages.set(id, await picture(`old unit ${i}.png`))
    const file = await picture(`${name}.png`)
    return {
      surface: 'org units',
      name: `${name}.png`,
      file,
      reencoded: true,
      old: old.id,
      put: async (on) => (await on.files.orgUnitImages.set(id, file)).id,
      get: (on) => on.files.orgUnitImages.download(id),
      kept: () => pictureOf(world.emulator.state.collection('organisationUnits').get(id), 'image'),
    }
  },
}

/** An event or tracked entity: the values of one member, and everything but them. */
function keptOf(row: Members | undefined, list: string, member: string, uid: string): Kept {
  const values = (row?.[list] ?? []) as Members[]
  const isOwn = (value: Members): boolean => value[member] === uid
  const others = values.filter((value) => !isOwn(value)).map((value) => without(value))
  return {
    files: values.filter(isOwn).map((value) => String(value['value'])),
    rest: [without(row, list), others],
  }
}

function pictureOf(row: Members | undefined, member: string): Kept {
  const uid = idOf(row?.[member])
  return { files: uid === '' ? [] : [uid], rest: without(row, member) }
}

function attachmentsOf(conversation: Members): string[] {
  return (conversation['messages'] as { attachments: string[] }[]).flatMap(({ attachments }) => attachments)
}

function idOf(reference: unknown): string {
  if (typeof reference === 'string') return reference
  return String((reference as { id?: unknown } | undefined)?.id ?? '')
}

async function attachmentOf(
  client: Dhis2Client,
  conversations: readonly (Row & Members)[],
  subject: string,
  name: string,
): Promise<FileDownload> {
  const conversation = conversations.find((row) => row['subject'] === subject)?.id ?? ''
  const listed = await client.files.messages.listAttachments(conversation)
  const found = listed.find(({ fileResource }) => fileResource?.name === name)
  if (found === undefined) throw new Error(`Conversation ${conversation} has no ${name}.`)
  return client.files.messages.downloadAttachment(conversation, found.message, found.file)
}
