import { describe, expect, test } from 'vitest'
import {
  failure,
  fileStore,
  recorded,
  type Scripted,
  scripted,
  type StoredFile,
  storedFile,
  type Trouble,
  VERSIONS,
} from './scripted.js'

type Recorded = (typeof VERSIONS)[number][1]
type Row = Record<string, unknown>
type Operation = { op: string; path: string; value?: unknown }

interface Images extends Scripted {
  readonly files: Map<string, StoredFile>
  readonly objects: Map<string, Row>
}

const ME = 'UsAdmin0001'

/** The caller, another user and an organisation unit; all share one way to be patched. */
function images(recording: Recorded): Images {
  const { files, routes } = fileStore()
  const objects = new Map<string, Row>([
    [ME, { id: ME }],
    ['UsClerk0001', { id: 'UsClerk0001' }],
    ['OuFiles0001', { id: 'OuFiles0001', name: 'Ngelehun' }],
  ])
  const read = (uid: string) =>
    objects.has(uid) ? { json: objects.get(uid) } : recorded(recording, 'file.get.unknown')
  const patch = (uid: string, operations: Operation[]) => {
    const object = { ...objects.get(uid) }
    for (const { op, path, value } of operations) {
      const member = path.slice(1)
      if (op === 'remove' && object[member] === undefined) return { status: 400, json: { status: 'ERROR' } }
      if (op === 'remove') delete object[member]
      else object[member] = value
    }
    objects.set(uid, object)
    return recorded(recording, 'org-unit-image.set')
  }
  const server = scripted(recording.dhis2, {
    ...routes,
    'GET /api/me': () => ({ json: { ...objects.get(ME), username: 'admin', authorities: ['ALL'] } }),
    'PUT /api/me': ({ json }) => {
      objects.set(ME, { ...objects.get(ME), ...(json as Row) })
      return recorded(recording, 'avatar.set')
    },
    'DELETE /api/me/avatar': () => {
      delete objects.get(ME)?.['avatar']
      return recorded(recording, 'avatar.remove')
    },
    'GET /api/(?:users|organisationUnits)/*': (_, uid = '') => read(uid),
    'PATCH /api/(?:users|organisationUnits)/*': ({ json, headers }, uid = '') =>
      headers.get('content-type') === 'application/json-patch+json' ? patch(uid, json as Operation[]) : { status: 415 },
  })
  return Object.assign(server, { files, objects })
}

const PHOTO = new File([Buffer.from('ffd8ffe000104a464946', 'hex')], 'me.jpg', { type: 'image/jpeg' })

/** Each kind of image, by the same methods. */
const KINDS = [
  ['own avatar', 'avatar', ME, 'PUT /api/me'],
  ['avatar of another user', 'avatar', 'UsClerk0001', 'PATCH /api/users/UsClerk0001'],
  ['organisation unit image', 'image', 'OuFiles0001', 'PATCH /api/organisationUnits/OuFiles0001'],
] as const

function methods({ client }: Scripted, member: string, uid: string) {
  const { avatars, orgUnitImages } = client.files
  const user = uid === ME ? {} : { user: uid }
  return member === 'image'
    ? {
        get: () => orgUnitImages.get(uid),
        set: (options = {}) => orgUnitImages.set(uid, PHOTO, options),
        remove: (options = {}) => orgUnitImages.remove(uid, options),
        download: (options = {}) => orgUnitImages.download(uid, options),
      }
    : {
        get: () => avatars.get(user),
        set: (options = {}) => avatars.set(PHOTO, { ...user, ...options }),
        remove: (options = {}) => avatars.remove({ ...user, ...options }),
        download: (options = {}) => avatars.download({ ...user, ...options }),
      }
}

describe.each(VERSIONS)('images of %s', (_, recording) => {
  describe.each(KINDS)('%s', (_name, member, uid, write) => {
    test('is set, read, downloaded and taken off', async () => {
      const server = images(recording)
      const { get, set, remove, download } = methods(server, member, uid)
      expect(await get()).toBeUndefined()
      expect(await failure(download())).toMatchObject({ code: 'not-found' })
      const file = await set()
      expect(file).toMatchObject({ name: 'me.jpg', domain: member === 'image' ? 'ORG_UNIT' : 'USER_AVATAR' })
      expect(server.lines()).toContainEqual(write)
      expect(await get()).toMatchObject({ id: file.id })
      const original = await download()
      expect(original.md5).toMatch(/^[0-9a-f]{32}$/)
      expect((await original.bytes()).byteLength).toBe(10)
      const small = await download({ dimension: 'SMALL' })
      expect(small).toMatchObject({ md5: undefined, size: undefined })
      await small.bytes()
      expect(server.lines().at(-1)).toBe(`GET /api/fileResources/${file.id}/data?dimension=SMALL`)
      await remove()
      expect(await get()).toBeUndefined()
      expect(server.objects.get(uid)?.[member]).toBeUndefined()
    })

    test('to take off what is not there is nothing', async () => {
      const server = images(recording)
      await methods(server, member, uid).remove()
      expect(server.received.every(({ method }) => method === 'GET')).toBe(true)
    })

    test('is set and taken off in spite of lost answers', async () => {
      const server = images(recording)
      const { set, remove } = methods(server, member, uid)
      let lost = 0
      server.trouble = ({ method, path }) =>
        method !== 'GET' && !path.includes('fileResources') && lost++ % 2 === 0 ? 'answer-lost' : undefined
      const file = await set()
      expect(server.objects.get(uid)?.[member]).toEqual({ id: file.id })
      await remove()
      expect(server.objects.get(uid)?.[member]).toBeUndefined()
      expect(server.files.size).toBe(1)
    })

    test('a failed step carries the file, which the next call takes', async () => {
      for (const trouble of [{ status: 403, json: { status: 'ERROR' } }, 'request-lost'] as Trouble[]) {
        const server = images(recording)
        const { set } = methods(server, member, uid)
        server.trouble = ({ method, path }) =>
          method !== 'GET' && !path.includes('fileResources') ? trouble : undefined
        const error = await failure(set({ retry: false }))
        const { fileResource } = error
        expect(fileResource).toMatch(/^\w{11}$/)
        server.trouble = () => undefined
        expect(await set({ fileResource })).toMatchObject({ id: fileResource })
        expect(server.files.size).toBe(1)
      }
    })
  })

  test('the own uid goes by the own route, which needs no authority', async () => {
    const server = images(recording)
    await server.client.files.avatars.set(PHOTO, { user: ME })
    expect(server.lines()).toContainEqual('PUT /api/me')
  })

  test('reads the recorded references', async () => {
    const { files, routes } = fileStore()
    files.set('FrAvatar001', storedFile('FrAvatar001', 'USER_AVATAR', 'me.jpg', 'image/jpeg', 'x'))
    files.set('FrOrgUnit01', storedFile('FrOrgUnit01', 'ORG_UNIT', 'clinic.png', 'image/png', 'x'))
    const { client } = scripted(recording.dhis2, {
      ...routes,
      'GET /api/me': () => recorded(recording, 'avatar.get', { frAvatar: 'FrAvatar001' }),
      'GET /api/organisationUnits/OuFiles0001': () =>
        recorded(recording, 'org-unit-image.get', { frOu: 'FrOrgUnit01' }),
    })
    expect(await client.files.avatars.get()).toMatchObject({ name: 'me.jpg' })
    expect(await client.files.orgUnitImages.get('OuFiles0001')).toMatchObject({ name: 'clinic.png' })
  })
})

test('another file under the given uid is a conflict', async () => {
  const server = images(VERSIONS[0]?.[1] as Recorded)
  server.files.set('FrOther0001', storedFile('FrOther0001', 'USER_AVATAR', 'other.jpg', 'image/jpeg', 'x'))
  const set = server.client.files.avatars.set(PHOTO, { fileResource: 'FrOther0001' })
  expect(await failure(set)).toMatchObject({ code: 'conflict', fileResource: 'FrOther0001' })
})

test.each([5, 'no uid', undefined])('a reference to a file with %j as uid is a protocol error', async (id) => {
  const { client } = scripted('2.43.1', { 'GET /api/me': () => ({ json: { id: ME, avatar: { id } } }) })
  expect(await failure(client.files.avatars.get())).toMatchObject({ name: 'Dhis2Error', code: 'protocol' })
})
