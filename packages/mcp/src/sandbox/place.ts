import { relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { safeFileName } from '@dhis2-files/client'
import { ToolError } from '../errors.js'
import { isInside, namesOf, needRoots, type Root } from './roots.js'

/** A path that a caller gave, found to be below a root by its text. What the disk says about it is not asked yet. */
export interface Place {
  readonly root: Root
  /** Absolute, without `..`. */
  readonly path: string
  /** Parts below the root; none for the root itself. */
  readonly parts: readonly string[]
  /** Whether it was written as a folder, with a slash at its end. */
  readonly asFolder: boolean
}

/**
 * Which root a path is below. A relative path is below the first root; `file:` URLs are understood. Nothing is looked up, so the
 * answer tells nothing about what is elsewhere.
 * @throws ToolError `no-roots` · `outside-roots` · `refused-path`
 */
export function placeOf(given: string, roots: readonly Root[]): Place {
  const known = needRoots(roots)
  const text = pathOf(given)
  const path = resolve(known[0].path, text)
  const root = nearestRoot(path, known)
  if (root === undefined) throw outside(given, known)
  const base = isInside(root.path, path) ? root.path : root.real
  const way = relative(base, path)
  const parts = way === '' ? [] : way.split(sep)
  checkHidden(given, parts)
  return { root, path: resolve(root.real, way), parts, asFolder: text.endsWith('/') || text.endsWith(sep) }
}

function pathOf(given: string): string {
  if (given === '') throw new ToolError('refused-path', 'The path is empty. Name a file below a root.')
  if (given.includes('\0')) throw new ToolError('refused-path', 'The path has a NUL character, which no path has.')
  if (/^~(?:[/\\]|$)/.test(given)) {
    throw new ToolError(
      'refused-path',
      `“${given}” begins with ~, which is not expanded here. Write the path below a root.`,
    )
  }
  if (!/^file:/i.test(given)) return given
  try {
    return fileURLToPath(given)
  } catch {
    throw new ToolError('refused-path', `“${given}” is no file URL of this machine. Write the path below a root.`)
  }
}

/** The innermost of the roots that a path is in, by the names of the roots or by where they are. */
function nearestRoot(path: string, roots: readonly Root[]): Root | undefined {
  return roots
    .filter((root) => isInside(root.path, path) || isInside(root.real, path))
    .sort((a, b) => b.real.length - a.real.length)[0]
}

/** @returns the refusal of a path that is, or leads, elsewhere */
export function outside(given: string, roots: readonly Root[]): ToolError {
  return new ToolError(
    'outside-roots',
    `“${given}” is outside the folders that may be used: ${namesOf(roots)}. Choose a path below one of them.`,
  )
}

/** Files in which sign-ins are kept, wherever they are: a folder of settings may be a root, or linked from one. */
const OWN_FILES: ReadonlySet<string> = new Set(['profiles.toml', 'dhis2-files.toml', 'dhis2-files-tokens.json'])

/**
 * Hidden files hold secrets, and settings that programs obey: they are neither read nor written.
 * @throws ToolError `refused-path`
 */
export function checkHidden(given: string, parts: readonly string[]): void {
  const own = parts.find((part) => OWN_FILES.has(part.toLowerCase()))
  if (own !== undefined) {
    throw new ToolError(
      'refused-path',
      `“${given}” may hold the secrets of profiles: files of the name ${own} are neither read nor written here. Choose another path.`,
    )
  }
  const hidden = parts.find((part) => part.startsWith('.'))
  if (hidden === undefined) return
  throw new ToolError(
    'refused-path',
    `“${given}” is hidden (“${hidden}”). Files and folders whose names begin with a dot hold secrets and settings of programs: they are neither read nor written here. Choose another path.`,
  )
}

/**
 * Whether names are names of files on every system: no devices of Windows, no streams, no dots or blanks at the end.
 * @throws ToolError `refused-path` that says what would do
 */
export function checkNames(given: string, parts: readonly string[]): void {
  for (const part of parts) {
    const safe = safeFileName(part)
    if (safe === part.normalize('NFC')) continue
    throw new ToolError(
      'refused-path',
      `“${given}” cannot be written: “${part}” is not the name of a file on every system. “${safe}” is.`,
    )
  }
}

/** The name that DHIS2 has for a file, as the name of a file that nobody takes for a setting. */
export function localName(name: string): string {
  return safeFileName(name).replace(/^\.+/, (dots) => '_'.repeat(dots.length))
}
