import type { CommandContext } from '../context.js'
import { CliError, exitOf, type Failure, failureOf } from '../failure.js'
import { Interrupted } from '../interrupts.js'
import { printable } from '../output/text.js'

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
  /** What an object is named by, as a member of its JSON. Default `uid`. */
  readonly key?: string | undefined
}

/**
 * Reads every object, asks once, and acts on one after the other. One that fails does not stop the others; Ctrl-C does.
 * With `--json` one object gives one result, several give {@link resultsJson}, in the order in which they are named: failures stand
 * among them as `{ uid, error }`, and what was not begun as `{ uid, status: 'left' }`.
 * @returns The exit code: that of the failures where none was done, `some-failed` where some were, 130 after Ctrl-C.
 */
export async function eachOf<T>(context: CommandContext, uids: readonly string[], each: Each<T>): Promise<number> {
  const { out, dryRun, signal } = context
  const { key = 'uid' } = each
  const alone = uids.length === 1 && each.several !== true
  const failures: Failure[] = []
  // a name's place is where it is named first
  const results = new Map<string, unknown>(uids.map((uid) => [uid, { [key]: uid, status: 'left' }]))
  const found: { readonly uid: string; readonly object: T }[] = []
  let done = 0
  const fail = (uid: string, error: unknown): void => {
    // of one object the failure is that of the command
    if (alone) throw error
    const failure = failureOf(error)
    const { code, message, hint } = failure
    failures.push(failure)
    results.set(uid, { [key]: uid, error: { code, message, hint } })
    if (!out.json) out.failure(failure, error)
  }
  const tell = (uid: string, object: T): void => {
    done++
    const { value, text } = each.done(object)
    results.set(uid, dryRun && each.act ? { ...(value as object), dryRun: true, status: 'planned' } : value)
    if (!out.json) out.print(printable(dryRun ? (each.would?.(object) ?? text) : text))
  }
  for (const uid of results.keys()) {
    if (signal.aborted) break
    try {
      const object = await each.find(uid)
      if (each.act === undefined) tell(uid, object)
      else found.push({ uid, object })
    } catch (error) {
      if (signal.aborted) break
      if (!each.skip?.(error)) fail(uid, error)
      else {
        done++
        results.set(uid, { status: 'missing', [key]: uid })
        out.note(`${printable(uid)} is not there.`)
      }
    }
  }
  if (each.confirm && found.length > 0 && !signal.aborted) {
    await context.confirm(each.confirm(found.map(({ object }) => object)))
  }
  for (const { uid, object } of found) {
    if (signal.aborted) break
    try {
      if (!dryRun) await each.act?.(object)
    } catch (error) {
      if (signal.aborted) {
        // the request may have arrived
        results.set(uid, { [key]: uid, status: 'left', doubtful: true })
        break
      }
      fail(uid, error)
      continue
    }
    tell(uid, object)
  }
  const left = results.size - done - failures.length
  const reason: unknown = signal.reason
  if (left > 0 && (alone || !(reason instanceof Interrupted))) throw reason
  const hint = `${done} of ${results.size} were done. To go on, name the ${left} others again.`
  const ended = left > 0 ? failureOf(new Interrupted(hint)) : undefined
  const code = ended?.exitCode ?? exitOf(failures, done)
  if (out.json) {
    const told = [...results.values()]
    const error = ended ? [ended] : failures
    out.print(JSON.stringify(alone ? told[0] : resultsJson(told, error, code), undefined, 2))
  } else if (ended) out.failure(ended)
  return code
}

/**
 * What is printed of several objects: their results, and where the exit code is not 0 the error beside them.
 * @param failures What failed, or what ended the command
 */
function resultsJson(results: readonly unknown[], failures: readonly Failure[], code: number): unknown {
  const [first] = failures
  if (first === undefined) return results
  const alike = failures.length === 1 && first.exitCode === code
  const summary = new CliError(`${failures.length} of ${results.length} failed: ${first.message}`, {
    exit: 'some-failed',
    ...(first.hint !== undefined && { hint: first.hint }),
  })
  const {
    code: name,
    message,
    hint,
  } = alike ? first : { ...failureOf(summary), ...(first.exitCode === code && { code: first.code }) }
  return { error: { code: name, message, hint, exitCode: code }, results }
}
