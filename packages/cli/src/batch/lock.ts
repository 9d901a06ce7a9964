import { randomBytes } from 'node:crypto'
import { link, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { CliError } from '../failure.js'
import { explained } from '../file-failure.js'

/**
 * Makes sure that one process at a time works on a file of ours. The lock has its content from the moment it is there, and one that
 * was left behind is taken away by one process alone. @returns What lets others at it again.
 * @throws CliError where another process has it, or may have it
 */
export async function lock(path: string, what: string): Promise<() => Promise<void>> {
  const file = `${path}.lock`
  const mark = `${process.pid} ${hostname()} ${randomBytes(8).toString('hex')}\n`
  try {
    for (;;) {
      if (await create(file, mark)) return () => remove(file, mark)
      const found = await readFile(file, 'utf8').catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return undefined
        throw error
      })
      if (found === undefined) continue
      const owner = ownerOf(found)
      if (owner !== undefined) {
        throw new CliError(`${owner} is working on ${what} ${path}.`, {
          exit: 'conflict',
          hint: `Wait for it, or end it. If there is no such program any more, remove ${file}.`,
        })
      }
      await remove(file, found)
    }
  } catch (error) {
    throw explained(error, `Cannot lock ${what} ${path}`)
  }
}

/** Makes the lock, with its content, if there is none. */
async function create(file: string, mark: string): Promise<boolean> {
  const own = `${file}.${process.pid}-${randomBytes(6).toString('hex')}`
  try {
    await writeFile(own, mark, { flag: 'wx', mode: 0o600 })
    try {
      await link(own, file)
      return true
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false
      // without hard links: the content comes a moment later, and who sees none waits for the owner
      const handle = await open(file, 'wx', 0o600).catch((taken: unknown) => {
        if (codeOf(taken) === 'EEXIST') return undefined
        throw taken
      })
      await handle?.writeFile(mark).finally(() => handle.close())
      return handle !== undefined
    }
  } finally {
    await rm(own, { force: true })
  }
}

/** Takes the lock of this content away, and no other that has come meanwhile. */
async function remove(file: string, mark: string): Promise<void> {
  const aside = `${file}.${process.pid}-${randomBytes(6).toString('hex')}`
  try {
    await rename(file, aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  const other = (await readFile(aside, 'utf8')) !== mark
  if (other) await link(aside, file).catch(() => undefined)
  await rm(aside, { force: true })
}

/** Who has the lock; `undefined` when nobody has it any more. What cannot be told counts as somebody. */
function ownerOf(mark: string): string | undefined {
  const [pid, host] = mark.trim().split(' ')
  const number = Number(pid)
  if (!Number.isSafeInteger(number) || number <= 0) return 'Another process'
  if (host !== hostname()) return `Process ${number} of ${host ?? 'another machine'}`
  try {
    process.kill(number, 0)
    return `Process ${number}`
  } catch (error) {
    return codeOf(error) === 'EPERM' ? `Process ${number}` : undefined
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
