import { describe, expect, it } from 'vitest'
import { Dhis2Error, type Dhis2ErrorOptions } from '../../src/errors.js'
import { DEFAULT_RETRY, RETRY_RULES, type RepeatOptions, repeat } from '../../src/http/retry.js'
import { FakeClock } from '../doubles/fake-clock.js'
import { failure, rejection } from '../doubles/failure.js'

const busy = (more: Partial<Dhis2ErrorOptions> = {}): Dhis2Error =>
  new Dhis2Error('The server is busy.', { code: 'server', retryable: true, ...more })

/** Fails with these errors in turn, then works; counts how often it ran. */
function attempts(...errors: unknown[]) {
  const run = Object.assign(
    async () => {
      const error = errors[run.count++]
      if (error !== undefined) throw error
      return 'done'
    },
    { count: 0 },
  )
  return run
}

function options(more: Partial<RepeatOptions> = {}): RepeatOptions & { readonly clock: FakeClock } {
  return { policy: DEFAULT_RETRY, signal: new AbortController().signal, ...more, clock: new FakeClock() }
}

describe('a rule', () => {
  it('error-is-final: ends with an error that another try cannot help', async () => {
    const final = new Dhis2Error('No.', { code: 'forbidden' })
    const run = attempts(final)
    expect(await failure(repeat(options(), run))).toBe(final)
    expect(run.count).toBe(1)
  })

  it('error-is-final: ends with an error that is not ours', async () => {
    const bug = new RangeError('a bug')
    const run = attempts(bug)
    expect(await rejection(repeat(options(), run))).toBe(bug)
    expect(run.count).toBe(1)
  })

  it('not-idempotent: sends once what must not be done twice', async () => {
    const run = attempts(busy())
    await failure(repeat(options({ idempotent: false }), run))
    expect(run.count).toBe(1)
  })

  it('attempts-used: sends as often as the policy says, the first time included', async () => {
    const run = attempts(busy(), busy(), busy(), busy(), busy())
    expect(await failure(repeat(options(), run))).toMatchObject({ code: 'server', attempts: 4 })
    expect(run.count).toBe(4)
  })

  it('attempts-used: ends also where their number is none', async () => {
    const run = attempts(...Array.from({ length: 9 }, () => busy()))
    const policy = { ...DEFAULT_RETRY, attempts: Number.NaN }
    await failure(repeat(options({ policy }), run))
    expect(run.count).toBe(1)
  })

  it('not-replayable: says why a one-shot stream is not sent again, and what to do', async () => {
    const run = attempts(busy({ doubtful: true, method: 'POST', path: '/api/x', status: 502, errorCode: 'E1' }))
    const error = await failure(repeat(options({ replayable: () => false }), run))
    expect(run.count).toBe(1)
    expect(error).toMatchObject({
      code: 'not-replayable',
      retryable: false,
      doubtful: true,
      attempts: 1,
      ...{ method: 'POST', path: '/api/x', status: 502, errorCode: 'E1' },
      cause: { code: 'server' },
    })
    expect(error.message).toMatch(/^The server is busy\. It is not sent again: .*spool: true/)
  })

  it('server-asks-for-too-long: does not wait longer than the cap', async () => {
    const run = attempts(busy({ retryAfter: 120_001 }))
    const opts = options()
    await failure(repeat(opts, run))
    expect(run.count).toBe(1)
    expect(opts.clock.sleeps).toEqual([])
  })

  it('wait-misses-deadline: does not begin a wait that ends after the deadline', async () => {
    const run = attempts(busy({ retryAfter: 1000 }))
    const opts = options({ deadline: new FakeClock().time + 1000 })
    expect(await failure(repeat(opts, run))).toMatchObject({ code: 'server' })
    expect(run.count).toBe(1)
    expect(opts.clock.sleeps).toEqual([])
  })

  it('has a test here, each', () => {
    const tested = [
      'error-is-final',
      'not-idempotent',
      'attempts-used',
      'not-replayable',
      'server-asks-for-too-long',
      'wait-misses-deadline',
    ]
    expect(RETRY_RULES.map(({ id }) => id).filter((id) => !tested.includes(id))).toEqual([])
  })
})

describe('repeat', () => {
  it('gives what the first try that works gives', async () => {
    const run = attempts(busy(), busy())
    expect(await repeat(options(), run)).toBe('done')
    expect(run.count).toBe(3)
  })

  it('waits twice as long each time, half of it by chance, up to the longest', async () => {
    for (const [chance, expected] of [
      [0, [250, 500, 1000, 2000, 2500]],
      [0.999_999, [500, 1000, 2000, 4000, 5000]],
    ] as const) {
      const opts = options({ policy: { ...DEFAULT_RETRY, attempts: 6, maxDelay: 5000 } })
      opts.clock.chance = chance
      await failure(repeat(opts, attempts(busy(), busy(), busy(), busy(), busy(), busy())))
      expect(opts.clock.sleeps.map(Math.round)).toEqual(expected)
    }
  })

  it('waits as long as the server asks for, up to the cap itself', async () => {
    const opts = options()
    expect(await repeat(opts, attempts(busy({ retryAfter: 0 }), busy({ retryAfter: 120_000 })))).toBe('done')
    expect(opts.clock.sleeps).toEqual([0, 120_000])
  })

  it('waits when the wait ends before the deadline', async () => {
    const opts = options({ deadline: new FakeClock().time + 1001 })
    expect(await repeat(opts, attempts(busy({ retryAfter: 1000 })))).toBe('done')
  })

  it('tells of each repeat', async () => {
    const told: unknown[] = []
    const first = busy({ retryAfter: 5 })
    await repeat(options({ onRetry: (error, wait) => told.push([error, wait]) }), attempts(first))
    expect(told).toEqual([[first, 5]])
  })

  it('ends a wait at once with the reason of an abort', async () => {
    const controller = new AbortController()
    const opts = options({ signal: controller.signal })
    const reason = new Error('enough')
    opts.clock.onSleep = () => controller.abort(reason)
    const run = attempts(busy())
    expect(await rejection(repeat(opts, run))).toBe(reason)
    expect(run.count).toBe(1)
  })

  it('rejects with the reason of an abort, however the try dresses it up', async () => {
    const controller = new AbortController()
    const run = async (): Promise<never> => {
      controller.abort('enough')
      throw busy()
    }
    expect(await rejection(repeat(options({ signal: controller.signal }), run))).toBe('enough')
  })

  it('counts the attempts, and tells an error after a doubt from a first one', async () => {
    const lost = busy({ doubtful: true })
    const clear = busy()
    const final = new Dhis2Error('taken', { code: 'already-exists' })
    await failure(repeat(options(), attempts(clear, lost, final)))
    expect([clear.attempts, lost.attempts, final.attempts]).toEqual([1, 2, 3])
    expect([clear.afterDoubt, lost.afterDoubt, final.afterDoubt]).toEqual([false, false, true])
  })

  it('asks whether the body can be sent again after each failure', async () => {
    let replayable = true
    const run = attempts(busy(), busy())
    const opts = options({ replayable: () => replayable, onRetry: () => (replayable = false) })
    expect(await failure(repeat(opts, run))).toMatchObject({ code: 'not-replayable', attempts: 2 })
  })
})
