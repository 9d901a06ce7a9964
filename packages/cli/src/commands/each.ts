import type { CommandContext } from '../context.js'
import { exitOf, type Failure, failureOf } from '../failure.js'

/** What is done with each of several objects. */
export interface Each<T> {
  /** Reads the object first: what is not there is told before anything is changed. */
  readonly find: (uid: string) => Promise<T>
  /** Failures of `find` that count as done. */
  readonly skip?: ((error: unknown) => boolean) | undefined
  /** The question to ask before. Default: none is asked. */
  readonly confirm?: ((found: readonly T[]) => string) | undefined
  /** Default: nothing; `find` has done it. */
  readonly act?: ((found: T) => Promise<void>) | undefined
  /** What is told of one that is done: as JSON, and as a line. */
  readonly done: (found: T) => { readonly value: unknown; readonly text: string }
  /** The line for one with `--dry-run`, of a command that has it. */
  readonly would?: ((found: T) => string) | undefined
  /** Whether one alone is told like several: as an array, and its failure as one of some. Default: where one uid is given it is not. */
  readonly several?: boolean | undefined
}

/**
 * Reads every object, asks once, and acts on one after the other. One that fails does not stop the others.
 * With `--json` one object gives one result, several give an array; failures stand among them as `{ uid, error }`.
 * @returns The exit code: that of the failures where none was done, `some-failed` where some were.
 */
export async function eachOf<T>(context: CommandContext, uids: readonly string[], each: Each<T>): Promise<number> {
  const { out, dryRun } = context
  const alone = uids.length === 1 && each.several !== true
  const failures: Failure[] = []
  const results: unknown[] = []
  const fail = (uid: string, error: unknown): void => {
    context.signal.throwIfAborted()
    // of one object the failure is that of the command
    if (alone) throw error
    const failure = failureOf(error)
    const { code, message, hint } = failure
    failures.push(failure)
    results.push({ uid, error: { code, message, hint } })
    if (!out.json) out.failure(failure, error)
  }
  const found: { readonly uid: string; readonly object: T }[] = []
  for (const uid of new Set(uids)) {
    try {
      found.push({ uid, object: await each.find(uid) })
    } catch (error) {
      if (each.skip?.(error)) out.note(`${uid} is not there.`)
      else fail(uid, error)
    }
  }
  if (each.confirm && found.length > 0) await context.confirm(each.confirm(found.map(({ object }) => object)))
  for (const { uid, object } of found) {
    try {
      if (!dryRun) await each.act?.(object)
    } catch (error) {
      fail(uid, error)
      continue
    }
    const { value, text } = each.done(object)
    results.push(dryRun && each.act ? { ...(value as object), dryRun: true, status: 'planned' } : value)
    if (!out.json) out.print(dryRun ? (each.would?.(object) ?? text) : text)
  }
  if (out.json) out.print(JSON.stringify(alone ? (results[0] ?? {}) : results, undefined, 2))
  return exitOf(failures, results.length - failures.length)
}
