import type { Clock } from '../../src/http/clock.js'

/** Time that stands still but for what is slept, and chance that is always the same. */
export class FakeClock implements Clock {
  /** Milliseconds since the epoch. */
  time: number = Date.UTC(2026, 7, 21, 10)
  chance = 0.5
  readonly sleeps: number[] = []
  /** Runs in the middle of each sleep. */
  onSleep: (ms: number) => void = () => undefined

  now = (): number => this.time
  random = (): number => this.chance

  sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted()
    this.sleeps.push(ms)
    this.onSleep(ms)
    signal.throwIfAborted()
    this.time += ms
  }
}
