import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, readlink, realpath, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { Dhis2Error, type FileDownload, isDhis2Error, type ReadOptions, type SavedFile } from '@dhis2-files/client'
import { ToolError } from '../errors.js'
import { directPath, pathOfHandle } from './handles.js'
import { checkHidden, checkNames, localName, outside, type Place, placeOf } from './place.js'
import { kindOf, reasonOf } from './read.js'
import { isInside, type Root } from './roots.js'

/** How a download is written. */
export interface SaveBelowOptions extends ReadOptions {
  /** Whether a file that is there may be replaced. Default `false`. */
  readonly overwrite?: boolean | undefined
}

/**
 * Writes a download below a root, whole or not at all. Folders that are missing are made. A folder as target, or a path that ends
 * with a slash, takes the file's own name, made safe. The folder is held open meanwhile: on Linux everything goes through it, so
 * that a path that is made to lead elsewhere in between leads nowhere.
 * @throws ToolError `no-roots` · `outside-roots` · `refused-path` · Dhis2Error `already-exists` and what the download fails with
 */
export async function saveBelow(
  download: FileDownload,
  given: string,
  roots: readonly Root[],
  options: SaveBelowOptions = {},
): Promise<SavedFile> {
  const place = placeOf(given, roots)
  const target = await targetOf(place, given, download.name, roots)
  const parent = await openFolder(place.root, target.folders, given)
  const path = join(parent.path, target.name)
  try {
    const base = parent.direct ?? parent.path
    await checkTarget(join(base, target.name), path, options.overwrite ?? false)
    const saved = await saveThere(download, { base, path, options })
    if (saved.path !== join(base, target.name)) {
      // a folder, or a link to one, has taken the name since it was looked at
      await rm(saved.path, { force: true })
      throw new ToolError('refused-path', `${path} was made a folder just now. Choose another name.`)
    }
    if (parent.direct === undefined) await checkStill(parent, given)
    // where it is by now, should somebody have moved its folder
    const folder = parent.direct === undefined ? parent.path : await readlink(parent.direct)
    return { path: join(folder, target.name), size: saved.size }
  } finally {
    await parent.handle?.close()
  }
}

interface Target {
  /** Folders below the root, without symbolic links where they exist. */
  readonly folders: readonly string[]
  readonly name: string
}

/** What the path means on this disk: which folder, and which name in it. */
async function targetOf(place: Place, given: string, ownName: string, roots: readonly Root[]): Promise<Target> {
  const intoFolder = place.asFolder || place.parts.length === 0 || (await isFolder(place.path))
  const folder = intoFolder ? place.path : dirname(place.path)
  const name = intoFolder ? localName(ownName) : basename(place.path)
  if (!intoFolder) checkNames(given, [name])
  const { real, missing } = await existingPart(folder, given)
  if (!isInside(place.root.real, real)) throw outside(given, roots)
  const found = relative(place.root.real, real)
    .split(sep)
    .filter((part) => part !== '')
  checkHidden(given, found)
  checkNames(given, missing)
  return { folders: [...found, ...missing], name }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

/** The innermost folder of a path that exists, without symbolic links, and the names below it that do not. */
async function existingPart(path: string, given: string): Promise<{ real: string; missing: readonly string[] }> {
  const missing: string[] = []
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      return { real: await realpath(folder), missing }
    } catch (error) {
      const dangling = await lstat(folder).then(
        () => true,
        () => false,
      )
      const absent = (error as NodeJS.ErrnoException).code === 'ENOENT' && !dangling
      if (!absent || dirname(folder) === folder) throw cannotWrite(given, error)
      missing.unshift(basename(folder))
    }
  }
}

interface OpenFolder {
  /** Absolute, without symbolic links. */
  readonly path: string
  /** A path to it that no change of a name redirects; `undefined` where the system has none. */
  readonly direct: string | undefined
  readonly handle: FileHandle | undefined
}

const FOLDER = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0)

/** Walks down from the root, from one open folder to the next, and makes those that are missing. */
async function openFolder(root: Root, folders: readonly string[], given: string): Promise<OpenFolder> {
  let handle: FileHandle
  try {
    handle = await open(root.real, FOLDER)
  } catch (error) {
    // Windows opens no folders
    if (sep === '\\') return makeFolders(root, folders, given)
    throw cannotWrite(given, error)
  }
  try {
    if ((await directPath(handle)) === undefined) {
      await handle.close()
      return await makeFolders(root, folders, given)
    }
    for (const name of folders) {
      const next = await openOrMake(join(`${await directPath(handle)}`, name))
      await handle.close()
      handle = next
    }
    const refuse = (why: string): ToolError => new ToolError('refused-path', `Cannot write “${given}”: ${why}.`)
    const path = join(root.real, ...folders)
    const real = await pathOfHandle(handle, path, await handle.stat({ bigint: true }), refuse)
    if (!isInside(root.real, real)) throw refuse('its folder was moved just now. Try again')
    return { path: real, direct: await directPath(handle), handle }
  } catch (error) {
    await handle.close().catch(() => undefined)
    throw error instanceof ToolError ? error : cannotWrite(given, error)
  }
}

async function openOrMake(path: string): Promise<FileHandle> {
  try {
    return await open(path, FOLDER)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await mkdir(path).catch((made: unknown) => {
      if ((made as NodeJS.ErrnoException).code !== 'EEXIST') throw made
    })
    return open(path, FOLDER)
  }
}

/** Where open folders have no path: by names, which are looked at again when the file is written. */
async function makeFolders(root: Root, folders: readonly string[], given: string): Promise<OpenFolder> {
  const path = join(root.real, ...folders)
  try {
    await mkdir(path, { recursive: true })
  } catch (error) {
    throw cannotWrite(given, error)
  }
  const parent = { path, direct: undefined, handle: undefined }
  await checkStill(parent, given)
  return parent
}

async function checkStill(parent: OpenFolder, given: string): Promise<void> {
  if ((await realpath(parent.path)) === parent.path) return
  throw new ToolError(
    'refused-path',
    `Cannot write “${given}”: its folder was replaced just now. Look at ${parent.path}.`,
  )
}

/** What has the name already. @throws Dhis2Error `already-exists` · ToolError */
async function checkTarget(target: string, path: string, overwrite: boolean): Promise<void> {
  const found = await lstat(target).catch(() => undefined)
  if (found === undefined) return
  if (!found.isFile())
    throw new ToolError('refused-path', `Cannot write ${path}: ${kindOf(found)} has that name. Choose another name.`)
  if (overwrite) return
  const hint = 'Choose another name, or pass overwrite: true.'
  throw new Dhis2Error(`Cannot write ${path}: there is a file of that name. ${hint}`, { code: 'already-exists', hint })
}

async function saveThere(
  download: FileDownload,
  { base, path, options }: { readonly base: string; readonly path: string; readonly options: SaveBelowOptions },
): Promise<SavedFile> {
  try {
    return await download.saveTo(join(base, basename(path)), options)
  } catch (error) {
    // messages name the folder as the caller knows it
    if (isDhis2Error(error) && error.message.includes(base)) {
      const { message, ...details } = error.toJSON()
      throw new Dhis2Error(message.replaceAll(base, dirname(path)), { ...details, cause: error })
    }
    throw error
  }
}

function cannotWrite(given: string, error: unknown): ToolError {
  return new ToolError('refused-path', `Cannot write “${given}”: ${reasonOf(error)}.`, { cause: error })
}
