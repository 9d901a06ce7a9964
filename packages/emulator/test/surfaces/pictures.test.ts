import { afterEach, describe, expect, it } from 'vitest'
import { type Dhis2Version, type Emulator, createEmulator } from '../../src/index.js'
import { clientOf } from '../client.js'
import { PNG } from '../images.js'

const VERSIONS: readonly Dhis2Version[] = ['2.41', '2.42', '2.43', '2.44']
const ADMIN = 'M5zQapPyTZI'
const PATCH = { 'content-type': 'application/json-patch+json' }
let emulator: Emulator
let client: ReturnType<typeof clientOf>
const as = (user: string) => ({ authorization: `Basic ${Buffer.from(`${user}:pw`).toString('base64')}` })
const start = (version: Dhis2Version) => {
  emulator = createEmulator({
    version,
    settings: { storageDelay: 0 },
    users: [
      { username: 'anne', password: 'pw', id: 'UsAnne00001' },
      { username: 'looker', password: 'pw', authorities: ['F_USER_VIEW'] },
    ],
  })
  client = clientOf(emulator)
}
const upload = async (domain: string) => {
  const { json } = await client.upload('me.png', await PNG(), `domain=${domain}`, 'image/png')
  await emulator.settle()
  return json.response.fileResource.id as string
}
const assigned = (uid: string) => emulator.state.fileResources.get(uid)?.assigned

afterEach(() => emulator.close())

describe.each(VERSIONS)('an avatar of %s', (version) => {
  it('is set with the rest of the account left alone, replaced and taken off', async () => {
    start(version)
    const [one, two] = [await upload('USER_AVATAR'), await upload('USER_AVATAR')]
    const set = await client.put('/api/me', { avatar: { id: one } })
    expect([set.status, set.json.id, set.json.avatar, set.json.firstName]).toEqual([200, ADMIN, { id: one }, 'admin'])
    await client.put('/api/me', { avatar: { id: two } })
    expect([assigned(one), assigned(two)]).toEqual([false, true])
    await client.put('/api/me', { firstName: 'Ada' })
    const me = await client.get('/api/me?fields=firstName,avatar[id,name]')
    expect(me.json).toEqual({ firstName: 'Ada', avatar: { id: two, name: 'me.png' } })
    expect((await client.delete('/api/me/avatar')).status).toBe(204)
    expect((await client.get('/api/me?fields=id,avatar')).json).toEqual({ id: ADMIN })
    expect(assigned(two)).toBe(false)
  })

  it('has to be a file of the caller', async () => {
    start(version)
    const answer = async (id: string, user = {}) => {
      const { status, json } = await client.put('/api/me', { avatar: { id } }, user)
      return [status, json.errorCode, json.message]
    }
    expect(await answer('Unknown9999')).toEqual([409, 'E1004', 'File does not exist'])
    expect(await answer(await upload('USER_AVATAR'), as('anne'))).toEqual([409, 'E1004', 'Not the owner of the file'])
  })

  it('is seen by its user, and by those who may look at users', async () => {
    start(version)
    const uid = await upload('USER_AVATAR')
    const path = `/api/users/UsAnne00001`
    const patch = JSON.stringify([{ op: 'add', path: '/avatar', value: { id: uid } }])
    expect((await client.send('PATCH', path, patch, PATCH)).status).toBe(200)
    expect([assigned(uid), (await client.get(`${path}?fields=avatar`)).json]).toEqual([true, { avatar: { id: uid } }])
    const data = (user: object) => client.get(`/api/fileResources/${uid}/data`, user as Record<string, string>)
    expect([(await data(as('anne'))).status, (await data(as('looker'))).status]).toEqual([200, 200])
    const key = emulator.state.fileResources.get(uid)?.storageKey
    expect((await client.get(`/api/fileResources/owners?storageKey=${key}`)).json).toEqual([
      { domain: 'USER_AVATAR', id: 'UsAnne00001' },
    ])
    const remove = JSON.stringify([{ op: 'remove', path: '/avatar' }])
    await client.send('PATCH', path, remove, PATCH)
    expect([assigned(uid), (await data(as('anne'))).status]).toEqual([false, 403])
  })
})

describe.each(VERSIONS)('the image of an org unit of %s', (version) => {
  it('is set by PATCH and PUT, has variants, and is un-assigned when it goes', async () => {
    start(version)
    const path = '/api/organisationUnits/OuTown00001'
    const town = { id: 'OuTown00001', name: 'Town', shortName: 'Town', openingDate: '2020-01-01T00:00:00.000' }
    await client.post('/api/organisationUnits', town)
    const [one, two] = [await upload('ORG_UNIT'), await upload('ORG_UNIT')]
    const patch = (operation: object) => client.send('PATCH', path, JSON.stringify([operation]), PATCH)
    expect((await patch({ op: 'add', path: '/image', value: { id: one } })).status).toBe(200)
    expect((await client.get(`${path}?fields=id,image`)).json).toEqual({ id: 'OuTown00001', image: { id: one } })
    const medium = await client.get(`/api/fileResources/${one}/data?dimension=MEDIUM`, as('anne'))
    expect([medium.status, Buffer.from(medium.bytes).readUInt32BE(16)]).toEqual([200, 512])
    await client.put(path, { ...town, image: { id: two } })
    expect([assigned(one), assigned(two)]).toEqual([false, true])
    const key = emulator.state.fileResources.get(two)?.storageKey
    expect((await client.get(`/api/fileResources/owners?storageKey=${key}`)).json).toEqual([
      { domain: 'ORG_UNIT', id: 'OuTown00001' },
    ])
    const unknown = await patch({ op: 'add', path: '/image', value: { id: 'Unknown9999' } })
    expect([unknown.status, unknown.json.response.errorReports[0].errorCode]).toEqual([409, 'E5002'])
    expect((await patch({ op: 'remove', path: '/image' })).status).toBe(200)
    expect(assigned(two)).toBe(false)
    await patch({ op: 'add', path: '/image', value: { id: one } })
    expect((await client.delete(path)).status).toBe(200)
    expect(assigned(one)).toBe(false)
  })
})
