import { afterAll, expect, test } from 'vitest'
import { failure } from '../doubles/failure.js'
import { all, fixture } from './capture.js'
import { describeTargets } from './targets.js'

describeTargets('icons', (target) => {
  const made: string[] = []
  const key = (name: string): string => {
    const one = `${target.prefix.trim()}_${name}`
    made.push(one)
    return one
  }
  const png = () => fixture('icon.png', `${target.prefix}tent.png`, 'image/png')
  afterAll(async () => {
    for (const one of made) await target.client.files.icons.remove(one).catch(() => undefined)
  })

  test('an icon is made, read, changed, listed and deleted', async () => {
    const { icons } = target.client.files
    const tent = key('tent')
    const about = { description: 'A tent', keywords: ['tent', 'camp'] }
    const icon = await icons.create(await png(), { key: tent, ...about })
    expect(icon).toMatchObject({ key: tent, custom: true, description: 'A tent' })
    const download = await icons.download(tent)
    expect(download).toMatchObject({ type: 'image/png', name: `${target.prefix}tent.png` })
    expect((await download.bytes()).byteLength).toBe(download.size)

    const changed = await icons.update(tent, { keywords: ['tent'] })
    expect(changed).toMatchObject({ description: 'A tent', keywords: ['tent'] })
    expect(changed.fileResource?.id).toBe(icon.fileResource?.id)
    const { items, pager } = await icons.list({ keys: [tent] })
    expect(items).toMatchObject([{ key: tent, fileResource: { id: icon.fileResource?.id } }])
    expect(pager.total).toBe(1)
    expect((await all(icons.list({ type: 'CUSTOM' }))).map((one) => one.key)).toContain(tent)

    await icons.remove(tent)
    expect(await failure(icons.get(tent))).toMatchObject({ code: 'not-found' })
    expect(await failure(icons.download(tent))).toMatchObject({ code: 'not-found' })
  })

  test('a taken key is already-exists', async () => {
    const { icons } = target.client.files
    const twice = key('twice')
    await icons.create(await png(), { key: twice })
    expect(await failure(icons.create(await png(), { key: twice }))).toMatchObject({ code: 'already-exists' })
  })

  test.runIf(process.env['DHIS2_URL'] === undefined)('an icon whose answers are lost is made once', async () => {
    const { emulator } = target
    if (emulator === undefined) throw new Error('no emulator')
    const { icons } = target.client.files
    const lost = key('lost')
    emulator.inject({ kind: 'lost-answer', route: 'POST /api/icons', count: 1 })
    expect(await icons.create(await png(), { key: lost })).toMatchObject({ key: lost })
    emulator.inject({ kind: 'lost-answer', route: `DELETE /api/icons/${lost}`, count: 1 })
    await icons.remove(lost)
    expect((await icons.list({ keys: [lost] })).items).toEqual([])
  })
})
