import { describe, expect, test } from 'vitest'
import { failure } from '../doubles/failure.js'
import { all, fixture, text, withCapture } from './capture.js'
import { describeTargets } from './targets.js'

describeTargets('data values', (target) => {
  const capture = withCapture(target)
  const key = (pe: string, of: 'file' | 'image' | 'text' = 'file') => ({
    de: capture.dataElements[of],
    ou: capture.orgUnit,
    pe,
    ds: capture.dataSet,
  })
  const named = (name: string, content: string): File =>
    new File([content], `${target.prefix}${name}`, { type: 'text/csv' })

  test('a file becomes a value, is read, replaced, and still read by its own uid', async () => {
    const { dataValues } = target.client.files
    expect(await dataValues.get(key('202601'))).toBeUndefined()
    expect(await failure(dataValues.download(key('202601')))).toMatchObject({ code: 'not-found' })
    const first = await dataValues.upload(named('stock.csv', 'one'), key('202601'))
    expect(first).toMatchObject({ leftBehind: undefined, fileResource: { storageStatus: 'STORED' } })
    const found = await dataValues.get(key('202601'))
    expect(found).toMatchObject({ value: first.fileResource.id, fileResource: { contentLength: 3 } })
    const download = await dataValues.download(key('202601'))
    expect(download).toMatchObject({ name: `${target.prefix}stock.csv`, type: 'text/csv' })
    expect(await text(download)).toBe('one')

    const second = await dataValues.upload(named('stock2.csv', 'two'), key('202601'))
    expect(second.leftBehind).toBe(first.fileResource.id)
    expect(await text(await dataValues.download(key('202601')))).toBe('two')
    expect(await text(await dataValues.downloadByFile(first.fileResource.id))).toBe('one')
  })

  test('an image is a value too', async () => {
    const { dataValues } = target.client.files
    const photo = await fixture('photo.jpg', `${target.prefix}site.jpg`, 'image/jpeg')
    await dataValues.upload(photo, key('202601', 'image'))
    const download = await dataValues.download(key('202601', 'image'))
    expect((await download.bytes()).byteLength).toBe(photo.size)
  })

  test('a file that DHIS2 does not take leaves the value that is there', async () => {
    const { dataValues } = target.client.files
    const { fileResource } = await dataValues.upload(named('keep.csv', 'keep'), key('202602'))
    for (const preflight of [true, false]) {
      const blocked = new File(['x'], 'run.sh', { type: 'text/plain' })
      const error = await failure(dataValues.upload(blocked, key('202602'), { preflight }))
      expect(error).toMatchObject({ code: 'rejected-file', errorCode: 'E6101' })
      const empty = new File([], 'empty.csv', { type: 'text/csv' })
      expect(await failure(dataValues.upload(empty, key('202602'), { preflight }))).toMatchObject({
        code: 'rejected-file',
      })
    }
    expect((await dataValues.get(key('202602')))?.value).toBe(fileResource.id)
    expect(await text(await dataValues.download(key('202602')))).toBe('keep')
  })

  test('a value is removed, and then it is not there', async () => {
    const { dataValues } = target.client.files
    await dataValues.upload(named('gone.csv', 'gone'), key('202603'))
    await dataValues.remove(key('202603'))
    expect(await dataValues.get(key('202603'))).toBeUndefined()
    expect(await failure(dataValues.download(key('202603')))).toMatchObject({ code: 'not-found' })
  })

  test('the values of a data set that have files are listed, with them', async () => {
    const { dataValues } = target.client.files
    await dataValues.upload(named('list four.csv', 'four'), key('202604'))
    await dataValues.upload(named('list five.csv', 'five'), key('202605'))
    const { de, ou, pe } = key('202604', 'text')
    await target.client.request('api/dataValues', { method: 'POST', query: { de, ou, pe, value: 'a remark' } })
    const where = { dataSet: capture.dataSet, orgUnit: capture.orgUnit }
    const listed = await all(dataValues.list({ ...where, period: ['202604', '202605'] }))
    const shown = listed.map((one) => `${one.key.de} ${one.key.pe} ${one.fileResource?.name}`).sort()
    expect(shown).toEqual([
      `${capture.dataElements.file} 202604 ${target.prefix}list four.csv`,
      `${capture.dataElements.file} 202605 ${target.prefix}list five.csv`,
    ])
    for (const one of listed) expect((await (await dataValues.download(one.key)).bytes()).byteLength).toBe(4)
    const dates = { startDate: '2026-05-01', endDate: '2026-05-31', children: true }
    expect(await all(dataValues.list({ ...where, ...dates }))).toHaveLength(1)
    expect(await all(dataValues.list({ ...where, period: '202612' }))).toEqual([])
  })

  test('a key that the server does not know is told before bytes are sent', async () => {
    const { dataValues } = target.client.files
    const error = await failure(dataValues.upload(named('no.csv', 'no'), { ...key('nonsense') }))
    expect(error.fileResource).toBeUndefined()
  })

  describe.runIf(process.env['DHIS2_URL'] === undefined)('with faults', () => {
    test.each([
      { kind: 'lost-answer' },
      { kind: 'drop', direction: 'up' },
      { kind: 'drop', direction: 'down' },
      { kind: 'html', status: 502 },
      { kind: 'status', status: 409, json: { status: 'ERROR', httpStatus: 'Conflict', message: 'no' } },
      { kind: 'status', status: 500, json: { status: 'ERROR', httpStatus: 'Internal Server Error', message: 'no' } },
    ] as const)('$kind at each request: the old value or the new one, and the next call finishes', async (fault) => {
      const { emulator } = target
      if (emulator === undefined) throw new Error('no emulator')
      const { dataValues } = target.client.files
      const at = key('202606')
      let old = (await dataValues.upload(named('old.csv', 'old'), at)).fileResource.id
      for (let skip = 0; skip < 5; skip++) {
        const data = named(`fault ${skip}.csv`, `new ${fault.kind} ${skip}`)
        const injected = emulator.inject({ ...fault, skip, count: 1 })
        const { made, carried } = await dataValues.upload(data, at).then(
          ({ fileResource }) => ({ made: fileResource.id, carried: fileResource.id }),
          (error: { fileResource?: string }) => ({ made: undefined, carried: error.fileResource }),
        )
        expect(injected.fired).toBe(1)
        injected.remove()
        const now = (await dataValues.get(at))?.value
        expect(made === undefined ? [old, carried] : [made]).toContain(now)
        const again = await dataValues.upload(data, at, { fileResource: carried })
        expect(again.fileResource.id).toBe(carried ?? again.fileResource.id)
        old = again.fileResource.id
        expect(await text(await dataValues.download(at))).toBe(`new ${fault.kind} ${skip}`)
      }
      expect(emulator.log.filter(({ path }) => path.startsWith('/api/dataValues/file?'))).toEqual([])
    })
  })
})
