import { describe, expect, test } from 'vitest'
import { runPool } from '../../src/batch/pool.js'

const never = new AbortController().signal

describe('a pool', () => {
  test('does everything, so many at a time, in order', async () => {
    const begun: number[] = []
    let inFlight = 0
    let most = 0
    const work = async (n: number): Promise<void> => {
      begun.push(n)
      most = Math.max(most, ++inFlight)
      await new Promise((resolve) => setImmediate(resolve))
      inFlight--
    }
    await runPool(
      Array.from({ length: 20 }, (_, n) => n),
      work,
      { concurrency: 3, stopping: never },
    )
    expect(begun).toEqual(Array.from({ length: 20 }, (_, n) => n))
    expect(most).toBe(3)
  })

  test('begins nothing new when it is stopped, and waits for what is under way', async () => {
    const stop = new AbortController()
    const ended: number[] = []
    await runPool(
      [1, 2, 3, 4],
      async (n) => {
        stop.abort()
        await new Promise((resolve) => setImmediate(resolve))
        ended.push(n)
      },
      { concurrency: 2, stopping: stop.signal },
    )
    expect(ended).toEqual([1])
  })

  test('throws what its work throws, when the rest has ended', async () => {
    const ended: number[] = []
    const work = async (n: number): Promise<void> => {
      if (n === 1) throw new Error('first')
      await new Promise((resolve) => setImmediate(resolve))
      ended.push(n)
    }
    await expect(runPool([1, 2, 3, 4, 5], work, { concurrency: 2, stopping: never })).rejects.toThrow('first')
    expect(ended.length).toBeLessThanOrEqual(1)
  })

  test('throws what its list throws', async () => {
    async function* list(): AsyncGenerator<number> {
      yield 1
      throw new Error('list')
    }
    await expect(runPool(list(), async () => undefined, { concurrency: 4, stopping: never })).rejects.toThrow('list')
  })
})
