import type { Played, RecordedResponse, Step } from './recording.js'

/** Plays steps of a recording against a server. */
export declare class Player {
  /** What the answers so far have been asked for. */
  vars: Record<string, string>
  constructor(options: { base: string | URL; admin?: string; fixtures?: string })
  /** Tells it the uids that these steps choose themselves. */
  know(steps: readonly Step[]): void
  /** The normalised answer; undefined for a pause. */
  play(step: Step): Promise<Played | undefined>
}

/** Where two answers differ, as `[path, recorded, now]`. */
export declare function compare(step: Step, recorded: RecordedResponse, now: Played): [string, unknown, unknown][]
