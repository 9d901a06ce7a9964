import { describe, expect, it } from 'vitest'
import { type Progress, withProgress } from '../../src/bytes/progress.js'
import { bytes, collect, watchedSource } from './streams.js'

describe('withProgress', () => {
  it('reports 0 and then each chunk, and starts at 0 again when it is opened again', async () => {
    const reports: Progress[] = []
    const source = withProgress(watchedSource([bytes('abc'), bytes('de')], { size: 5 }), (p) => void reports.push(p))
    const once = [0, 3, 5].map((loaded) => ({ loaded, total: 5 }))
    await collect(await source.open())
    expect(reports).toEqual(once)
    await collect(await source.open())
    expect(reports).toEqual([...once, ...once])
  })

  it('leaves the total undefined when the size is not known', async () => {
    const reports: Progress[] = []
    await collect(await withProgress(watchedSource([bytes('a')]), (p) => void reports.push(p)).open())
    expect(reports).toEqual([
      { loaded: 0, total: undefined },
      { loaded: 1, total: undefined },
    ])
  })

  it('is the same source otherwise, and passes the signal on', async () => {
    const inner = watchedSource([], { name: 'n', type: 't/t', size: 0, replayable: false })
    const source = withProgress(inner, () => {})
    expect(source).toMatchObject({ name: 'n', type: 't/t', size: 0, replayable: false })
    const { signal } = new AbortController()
    await source.open({ signal })
    expect(inner.signals).toEqual([signal])
  })

  it('fails the stream with what the callback throws', async () => {
    const error = new Error('callback')
    const inner = watchedSource([bytes('a')])
    const source = withProgress(inner, ({ loaded }) => {
      if (loaded > 0) throw error
    })
    await expect(collect(await source.open())).rejects.toBe(error)
    expect(inner.opened[0]?.cancelled).toEqual([error])
  })
})
