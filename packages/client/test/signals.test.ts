import { describe, expect, it } from 'vitest'
import { abortable, linkedController, onAbort } from '../src/signals.js'
import { CountingSignal } from './doubles/counting-signal.js'
import { rejection } from './doubles/failure.js'

describe('onAbort', () => {
  it('needs one listener of the signal for any number, of which a runtime would warn', () => {
    const parent = new CountingSignal()
    const rung: number[] = []
    const ends = Array.from({ length: 100 }, (_, i) => onAbort(parent.signal, () => rung.push(i)))
    expect(parent.listeners).toBe(1)
    for (const end of ends.slice(2)) end()
    parent.controller.abort()
    expect(rung).toEqual([0, 1])
    expect(parent.listeners).toBe(0)
  })

  it('leaves no listener when all are taken back, and can begin again', () => {
    const parent = new CountingSignal()
    onAbort(parent.signal, () => undefined)()
    expect(parent.listeners).toBe(0)
    let rung = 0
    const end = onAbort(parent.signal, () => rung++)
    parent.controller.abort()
    end()
    expect(rung).toBe(1)
  })

  it('does not ring for a signal that was aborted before', () => {
    onAbort(AbortSignal.abort(), () => expect.unreachable())
  })
})

describe('a linked controller', () => {
  it('aborts with its parent’s reason', () => {
    const parent = new CountingSignal()
    const { signal } = linkedController(parent.signal)
    parent.controller.abort('enough')
    expect(signal.reason).toBe('enough')
  })

  it('is aborted when its parent was before', () => {
    expect(linkedController(AbortSignal.abort('before')).signal.reason).toBe('before')
  })

  it('aborts alone, and leaves its parent alone when it is unlinked', () => {
    const parent = new CountingSignal()
    const linked = linkedController(parent.signal)
    linked.controller.abort('own')
    linked.unlink()
    expect(parent.signal.aborted).toBe(false)
    expect(parent.listeners).toBe(0)
  })

  it('needs no parent', () => {
    const linked = linkedController(undefined)
    linked.unlink()
    expect(linked.signal.aborted).toBe(false)
  })
})

describe('abortable', () => {
  it('settles as the work does, and leaves no listener', async () => {
    const parent = new CountingSignal()
    expect(await abortable(Promise.resolve(1), parent.signal)).toBe(1)
    expect(await rejection(abortable(Promise.reject(new Error('no')), parent.signal))).toEqual(new Error('no'))
    await Promise.resolve()
    expect(parent.listeners).toBe(0)
  })

  it('rejects with the reason of an abort while the work goes on', async () => {
    const parent = new CountingSignal()
    const waiting = rejection(abortable(new Promise(() => undefined), parent.signal))
    parent.controller.abort('enough')
    expect(await waiting).toBe('enough')
  })

  it('takes the blame for work that fails after an abort', async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown): void => void unhandled.push(error)
    process.on('unhandledRejection', note)
    expect(await rejection(abortable(Promise.reject(new Error('late')), AbortSignal.abort('before')))).toBe('before')
    await new Promise((resolve) => setTimeout(resolve, 5))
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })
})
