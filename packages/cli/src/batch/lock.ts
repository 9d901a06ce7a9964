import { open, readFile, rm } from 'node:fs/promises'
import { CliError } from '../failure.js'

/**
 * Makes sure that one process at a time works on a file of ours. @returns What lets others at it again.
 * @throws CliError where another process, which is alive, has it
 */
export async function lock(path: string, what: string): Promise<() => Promise<void>> {
  const file = `${path}.lock`
  for (;;) {
    try {
      const handle = await open(file, 'wx', 0o600)
      await handle.writeFile(String(process.pid)).finally(() => handle.close())
      return () => rm(file, { force: true })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    const owner = Number(await readFile(file, 'utf8').catch(() => ''))
    if (owner > 0 && owner !== process.pid && isAlive(owner)) {
      throw new CliError(`Process ${owner} is working on ${what} ${path}.`, {
        exit: 'conflict',
        hint: 'Wait for it, or end it.',
      })
    }
    // it was left behind by a process that is gone
    await rm(file, { force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
