/** npm passes Ctrl-C on to a process that has got it already: what comes this soon, in milliseconds, is the same one. */
const SAME = 700

/**
 * A signal that Ctrl-C (or SIGTERM) aborts, so that what was made can be deleted. The second Ctrl-C ends the process at
 * once.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController()
  let first: number | undefined
  const interrupt = (): void => {
    const now = performance.now()
    if (first !== undefined && now - first > SAME) process.exit(130)
    if (first !== undefined) return
    first = now
    process.stderr.write('\nStopping, and deleting what was made (Ctrl-C again to leave it) …\n')
    controller.abort(new DOMException('Interrupted.', 'AbortError'))
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  // whoever reads the output may stop reading: the demonstration still deletes what it made
  process.stdout.on('error', () => {})
  return controller.signal
}
