import { expect, test } from 'vitest'
import { createUid, type FileDownload, type FileResource } from '../../src/node.js'
import { failure } from '../doubles/failure.js'
import { fixture, withCapture } from './capture.js'
import { describeTargets } from './targets.js'

interface Methods {
  get(): Promise<FileResource | undefined>
  set(data: File): Promise<FileResource>
  remove(): Promise<void>
  download(options?: { dimension?: 'SMALL' }): Promise<FileDownload>
}

describeTargets('images', (target) => {
  const capture = withCapture(target)
  const photo = () => fixture('photo.jpg', `${target.prefix}photo.jpg`, 'image/jpeg')

  async function story({ get, set, remove, download }: Methods): Promise<void> {
    const first = await set(await photo())
    expect(await get()).toMatchObject({ id: first.id, name: `${target.prefix}photo.jpg` })
    const original = await download()
    expect((await original.bytes()).byteLength).toBe(original.size)
    const small = await download({ dimension: 'SMALL' })
    expect((await small.bytes()).byteLength).not.toBe(original.size)
    const second = await set(await fixture('photo.png', `${target.prefix}photo.png`, 'image/png'))
    expect(second.id).not.toBe(first.id)
    expect((await get())?.id).toBe(second.id)
    await remove()
    expect(await get()).toBeUndefined()
    await remove()
    expect(await failure(download())).toMatchObject({ code: 'not-found' })
  }

  test('of an organisation unit: set, read in sizes, replaced, taken off, and nothing else changed', async () => {
    const { orgUnitImages } = target.client.files
    const unit = capture.orgUnit
    const read = async () =>
      (await target.client.request(`api/organisationUnits/${unit}?fields=name,openingDate`)).json()
    const before = await read()
    await story({
      get: () => orgUnitImages.get(unit),
      set: (data) => orgUnitImages.set(unit, data),
      remove: () => orgUnitImages.remove(unit),
      download: (options) => orgUnitImages.download(unit, options),
    })
    expect(await read()).toEqual(before)
    expect(await failure(orgUnitImages.get(createUid()))).toMatchObject({ code: 'not-found' })
  })

  test('of the signed-in user, who has none before', async (context) => {
    const { avatars } = target.client.files
    // a picture that somebody chose is not taken from them
    context.skip((await avatars.get()) !== undefined, 'the account has an avatar')
    await story({
      get: () => avatars.get(),
      set: (data) => avatars.set(data),
      remove: () => avatars.remove(),
      download: (options) => avatars.download(options),
    })
  })

  test.runIf(process.env['DHIS2_URL'] === undefined)('of another user, and of oneself', async () => {
    const { avatars } = target.client.files
    const user = createUid()
    const role = { id: createUid(), name: `${target.prefix}role`, authorities: ['F_DATAVALUE_ADD'] }
    const clerk = { id: user, username: `clerk${user.toLowerCase()}`, password: 'District1-' }
    const names = { firstName: 'Ama', surname: 'Clerk', userRoles: [{ id: role.id }] }
    await target.client.request('api/metadata?importStrategy=CREATE', {
      method: 'POST',
      json: { userRoles: [role], users: [{ ...clerk, ...names }] },
    })
    await story({
      get: () => avatars.get({ user }),
      set: (data) => avatars.set(data, { user }),
      remove: () => avatars.remove({ user }),
      download: (options) => avatars.download({ user, ...options }),
    })
    const own = target.open({ auth: { username: clerk.username, password: clerk.password } })
    const avatar = await own.files.avatars.set(await photo())
    expect((await avatars.get({ user }))?.id).toBe(avatar.id)
    await target.client.files.avatars.set(await photo())
    const { id } = await target.client.system.me()
    const foreign = await own.files.avatars
      .download({ user: id })
      .then((d) => d.bytes())
      .catch((e: Error) => e)
    expect(foreign).toMatchObject({ code: expect.stringMatching(/forbidden|not-found/) })
  })

  test.runIf(process.env['DHIS2_URL'] === undefined)('a lost answer does not lose the image', async () => {
    const { emulator } = target
    if (emulator === undefined) throw new Error('no emulator')
    const { avatars, orgUnitImages } = target.client.files
    emulator.inject({ kind: 'lost-answer', route: 'PUT /api/me', count: 1 })
    const avatar = await avatars.set(await photo())
    expect((await avatars.get())?.id).toBe(avatar.id)
    emulator.inject({ kind: 'lost-answer', route: 'PATCH /api/organisationUnits/*', count: 2 })
    const image = await orgUnitImages.set(capture.orgUnit, await photo())
    expect((await orgUnitImages.get(capture.orgUnit))?.id).toBe(image.id)
    await orgUnitImages.remove(capture.orgUnit)
    expect(await orgUnitImages.get(capture.orgUnit)).toBeUndefined()
  })
})
