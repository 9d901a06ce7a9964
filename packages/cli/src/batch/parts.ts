import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** How the client names a file while it is being written: the process that writes it is in the name. */
const PART = /^\.d2f-(\d+)-[\da-f]+\.part$/

/** Removes the unfinished files of programs that are gone. Those of others, and what cannot be removed, stay. */
export async function clearParts(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = Number(PART.exec(name)?.[1] ?? Number.NaN)
    if (Number.isNaN(pid) || isAlive(pid)) continue
    await rm(join(folder, name), { force: true }).catch(() => undefined)
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
