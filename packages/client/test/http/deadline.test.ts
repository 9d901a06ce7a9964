import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { toResponse } from '../../src/http/answer.js'
import { LONGEST_TIMER } from '../../src/http/clock.js'
import { startDeadline } from '../../src/http/deadline.js'
import { CountingSignal } from '../doubles/counting-signal.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const expired = (): string => 'time is up'

describe('a deadline', () => {
  it('aborts when time is up, and says when that is', async () => {
    const deadline = startDeadline({ signal: undefined, total: 1000, now: 5, expired })
    expect(deadline.at).toBe(1005)
    await vi.advanceTimersByTimeAsync(999)
    expect(deadline.signal.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(deadline.signal.reason).toBe('time is up')
  })

  it('aborts as the caller does', () => {
    const caller = new CountingSignal()
    const deadline = startDeadline({ signal: caller.signal, total: 1000, now: 0, expired })
    caller.controller.abort('enough')
    expect(deadline.signal.reason).toBe('enough')
    deadline.end()
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([Number.POSITIVE_INFINITY, LONGEST_TIMER + 1, Number.MAX_SAFE_INTEGER])(
    'of %d ms needs no timer',
    (total) => {
      startDeadline({ signal: undefined, total, now: 0, expired })
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  it('ends when it is told to', () => {
    const caller = new CountingSignal()
    startDeadline({ signal: caller.signal, total: 1000, now: 0, expired }).end()
    expect([caller.listeners, vi.getTimerCount()]).toEqual([0, 0])
  })

  it('is over with a response without a body', () => {
    const deadline = startDeadline({ signal: undefined, total: 1000, now: 0, expired })
    deadline.over(new Response(null, { status: 204 }))
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is over at the end of a response’s body', async () => {
    const caller = new CountingSignal()
    const deadline = startDeadline({ signal: caller.signal, total: 1000, now: 0, expired })
    const response = deadline.over(new Response('abc', { status: 201, headers: { 'x-a': 'b' } }))
    expect(vi.getTimerCount()).toBe(1)
    expect([response.status, response.headers.get('x-a'), await toResponse(response).text()]).toEqual([201, 'b', 'abc'])
    expect([caller.listeners, vi.getTimerCount()]).toEqual([0, 0])
  })

  it('ends a body that is still being read', async () => {
    const deadline = startDeadline({ signal: undefined, total: 1000, now: 0, expired })
    const hanging = new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }))
    const reading = toResponse(deadline.over(hanging))
      .text()
      .catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(1000)
    expect(await reading).toBe('time is up')
  })
})
