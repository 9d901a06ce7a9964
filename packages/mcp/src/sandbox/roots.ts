import { realpath, stat } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ToolError } from '../errors.js'

/** A folder in which files may be read and written. */
export interface Root {
  /** As it was named, made absolute. */
  readonly path: string
  /** Where it is, without symbolic links. */
  readonly real: string
}

/** A folder that cannot be a root, and why. */
export interface RefusedRoot {
  readonly path: string
  readonly why: string
}

/** Looks at folders. A relative one is below `cwd`. */
export async function findRoots(
  paths: readonly string[],
  cwd: string,
): Promise<{ readonly roots: readonly Root[]; readonly refused: readonly RefusedRoot[] }> {
  const roots: Root[] = []
  const refused: RefusedRoot[] = []
  for (const given of paths) {
    const path = resolve(cwd, given)
    try {
      const real = await realpath(path)
      if ((await stat(real)).isDirectory()) roots.push({ path, real })
      else refused.push({ path, why: 'it is no folder' })
    } catch (error) {
      refused.push({
        path,
        why: (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such folder' : (error as Error).message,
      })
    }
  }
  return { roots, refused }
}

/** The folders that a client names as its roots. Those that are elsewhere than on this machine's disk are left out. */
export function clientRootPaths(roots: readonly { readonly uri: string }[]): readonly string[] {
  return roots.flatMap(({ uri }) => {
    try {
      return [fileURLToPath(uri)]
    } catch {
      return []
    }
  })
}

/** @throws ToolError `no-roots` where there are none */
export function needRoots(roots: readonly Root[]): readonly [Root, ...Root[]] {
  const [first, ...more] = roots
  if (first !== undefined) return [first, ...more]
  throw new ToolError(
    'no-roots',
    'This server has no folder in which it may read or write files. Leave path out to pass the file inside the message, or have whoever configures the server start it with --root DIR.',
  )
}

/** Whether a path is the folder or below it. Both without symbolic links and `..`. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

/** The roots, for a message. */
export function namesOf(roots: readonly Root[]): string {
  return roots.map(({ path }) => path).join(', ')
}
