import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import { Interrupted, Interrupts } from '../src/interrupts.js'

describe('Ctrl-C', () => {
  test('aborts at once where nothing is to be finished', () => {
    const source = new EventEmitter()
    const interrupts = new Interrupts(source)
    source.emit('SIGINT', 'SIGINT')
    expect(interrupts.signal.aborted).toBe(true)
    expect(interrupts.signal.reason).toBeInstanceOf(Interrupted)
  })

  test('lets a batch finish what is under way, and aborts it the second time', () => {
    const source = new EventEmitter()
    const interrupts = new Interrupts(source)
    const told: boolean[] = []
    interrupts.finishing((again) => told.push(again))
    source.emit('SIGINT', 'SIGINT')
    expect([interrupts.stopping.aborted, interrupts.signal.aborted]).toEqual([true, false])
    source.emit('SIGTERM', 'SIGTERM')
    expect(interrupts.signal.aborted).toBe(true)
    expect(told).toEqual([false, true])
  })

  test('that npx passes on a moment later is the same one', () => {
    const source = new EventEmitter()
    let now = 1000
    const interrupts = new Interrupts(source, () => now)
    interrupts.finishing(() => undefined)
    source.emit('SIGINT', 'SIGINT')
    now += 20
    source.emit('SIGINT', 'SIGINT')
    expect(interrupts.signal.aborted).toBe(false)
    now += 400
    source.emit('SIGINT', 'SIGINT')
    expect(interrupts.signal.aborted).toBe(true)
  })

  test('is heard no more when the command is over', () => {
    const source = new EventEmitter()
    new Interrupts(source).dispose()
    expect(['SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => source.listenerCount(name))).toEqual([0, 0, 0])
  })
})
