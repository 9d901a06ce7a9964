import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LONGEST_TIMER, systemClock } from '../../src/http/clock.js'
import { CountingSignal } from '../doubles/counting-signal.js'
import { rejection } from '../doubles/failure.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the clock of the system', () => {
  it('sleeps as long as it is told, and leaves nothing behind', async () => {
    const owner = new CountingSignal()
    let awake = false
    const sleeping = systemClock.sleep(1000, owner.signal).then(() => (awake = true))
    await vi.advanceTimersByTimeAsync(999)
    expect(awake).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await sleeping
    expect(owner.listeners).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('wakes with the reason of an abort, and leaves nothing behind', async () => {
    const counting = new CountingSignal()
    const sleeping = rejection(systemClock.sleep(1000, counting.signal))
    counting.controller.abort('enough')
    expect(await sleeping).toBe('enough')
    expect(counting.listeners).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not fall asleep after an abort', async () => {
    expect(await rejection(systemClock.sleep(1000, AbortSignal.abort('before')))).toBe('before')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('sleeps no shorter when it is told to sleep for longer than a timer can', async () => {
    let awake = false
    const sleeping = systemClock.sleep(LONGEST_TIMER * 10, new AbortController().signal).then(() => (awake = true))
    await vi.advanceTimersByTimeAsync(LONGEST_TIMER - 1)
    expect(awake).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await sleeping
  })

  it('tells time and chance', () => {
    expect(systemClock.now()).toBe(Date.now())
    const chance = systemClock.random()
    expect(chance >= 0 && chance < 1).toBe(true)
  })
})
