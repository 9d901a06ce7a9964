import { execFileSync } from 'node:child_process'
import { type Dirent, existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Dhis2Client, type FileDownload } from '@dhis2-files/client'
import { createEmulator, type Emulator } from '@dhis2-files/emulator'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openBelow } from '../../src/sandbox/read.js'
import { findRoots, type Root } from '../../src/sandbox/roots.js'
import { saveBelow } from '../../src/sandbox/write.js'

/* Attempts to get out of a root, on a real disk, with real downloads. */

let emulator: Emulator
let client: Dhis2Client
let download: FileDownload
let base: string
let root: string
let outside: string
let roots: readonly Root[]

beforeAll(async () => {
  emulator = createEmulator({ version: '2.43', settings: { storageDelay: 0 } })
  const { url } = await emulator.serve()
  client = new Dhis2Client({ baseUrl: url, auth: { username: 'admin', password: 'district' }, retry: { minDelay: 5 } })
  const bytes = new Uint8Array(400_000).fill(7)
  const { uid } = await client.files.uploadDocument(bytes, { name: 'Photo', filename: 'photo.bin2' })
  download = (await client.files.downloadDocument(uid)) as FileDownload
})
afterAll(async () => {
  await client.close()
  await emulator.close()
})

beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'dhis2-files-sandbox-')))
  root = join(base, 'root')
  outside = join(base, 'outside')
  await mkdir(join(root, 'inner'), { recursive: true })
  await mkdir(outside)
  await writeFile(join(root, 'inner', 'note.txt'), 'inside')
  await writeFile(join(outside, 'secret.txt'), 'secret')
  roots = (await findRoots([root], base)).roots
})
afterEach(() => rm(base, { recursive: true, force: true }))

const read = async (path: string): Promise<string> => {
  const file = await openBelow(path, roots)
  try {
    const stream = await file.source.open()
    return await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text()
  } finally {
    await file.close()
  }
}

const reasonOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
  } catch (error) {
    return `${(error as { code: string }).code}: ${(error as Error).message}`
  }
  return 'it was allowed'
}

const everything = async (): Promise<string[]> =>
  (await readdir(base, { recursive: true, withFileTypes: true }))
    .map((entry: Dirent) => join(entry.parentPath, entry.name).slice(base.length + 1))
    .sort()

describe('a path that stays inside', () => {
  test.each([
    ['relative', () => 'inner/note.txt'],
    ['with dots that stay inside', () => './inner/../inner//note.txt'],
    ['absolute', () => join(root, 'inner', 'note.txt')],
    ['as a file URL', () => pathToFileURL(join(root, 'inner', 'note.txt')).href],
  ])('is read: %s', async (_how, path) => {
    expect(await read(path())).toBe('inside')
  })

  test('is read through a link that stays inside, and by the name that the root was given', async () => {
    await symlink(join(root, 'inner'), join(root, 'also'))
    expect(await read('also/note.txt')).toBe('inside')
    await symlink(root, join(base, 'alias'))
    roots = (await findRoots([join(base, 'alias')], base)).roots
    expect(await read(join(base, 'alias', 'inner', 'note.txt'))).toBe('inside')
    expect(await read(join(root, 'inner', 'note.txt'))).toBe('inside')
  })

  test('is written whole, into folders that are made', async () => {
    const { path, size } = await saveBelow(download, 'a/b/c.bin2', roots)
    expect(path).toBe(join(root, 'a', 'b', 'c.bin2'))
    expect(size).toBe(400_000)
    expect((await readFile(path)).every((byte) => byte === 7)).toBe(true)
    expect((await saveBelow(download, 'inner', roots)).path).toBe(join(root, 'inner', 'photo.bin2'))
    expect((await saveBelow(download, '.', roots)).path).toBe(join(root, 'photo.bin2'))
    expect((await everything()).filter((name) => name.endsWith('.part'))).toEqual([])
  })
})

/** Ways out, as text: nothing on the disk is looked at for them. */
const WAYS_OUT: readonly (readonly [string, () => string])[] = [
  ['dots', () => '../outside/secret.txt'],
  ['dots in the middle', () => 'inner/../../outside/secret.txt'],
  ['an absolute path', () => join(outside, 'secret.txt')],
  ['the folder above', () => '..'],
  ['a folder whose name begins as the root’s', () => `${root}-other/secret.txt`],
  ['a file URL', () => pathToFileURL(join(outside, 'secret.txt')).href],
  ['a path of the system', () => '/etc/passwd'],
  ['what a process has open', () => '/proc/self/environ'],
]

describe('a path that leads out', () => {
  test.each(WAYS_OUT)('is neither read nor written, and the roots are named: %s', async (_how, path) => {
    const before = await everything()
    for (const work of [
      read(path()),
      saveBelow(download, path(), roots),
      saveBelow(download, path(), roots, { overwrite: true }),
    ]) {
      expect(await reasonOf(work)).toMatch(/^outside-roots: .* is outside the folders that may be used: /)
    }
    expect(await reasonOf(read(path()))).toContain(root)
    expect(await everything()).toEqual(before)
  })

  test('tells nothing about what is there', async () => {
    const [there, absent] = await Promise.all([
      reasonOf(read('../outside/secret.txt')),
      reasonOf(read('../outside/absent.txt')),
    ])
    expect(there?.replace('secret', 'absent')).toBe(absent)
  })

  test('is refused when a link leads out: a file, a folder, one above, one that leads nowhere', async () => {
    await symlink(join(outside, 'secret.txt'), join(root, 'link.txt'))
    await symlink(outside, join(root, 'door'))
    await symlink(join(outside, 'absent.txt'), join(root, 'dangling.txt'))
    await symlink('door', join(root, 'door-to-door'))
    const before = await everything()
    expect(await reasonOf(read('link.txt'))).toMatch(/^outside-roots/)
    expect(await reasonOf(read('door/secret.txt'))).toMatch(/^outside-roots/)
    expect(await reasonOf(read('door-to-door/secret.txt'))).toMatch(/^outside-roots/)
    expect(await reasonOf(read('dangling.txt'))).toMatch(/^refused-path/)
    for (const overwrite of [false, true]) {
      expect(await reasonOf(saveBelow(download, 'link.txt', roots, { overwrite }))).toMatch(
        /refused-path: .*a symbolic link/,
      )
      expect(await reasonOf(saveBelow(download, 'dangling.txt', roots, { overwrite }))).toMatch(
        /refused-path: .*a symbolic link/,
      )
      expect(await reasonOf(saveBelow(download, 'door', roots, { overwrite }))).toMatch(/^outside-roots/)
      expect(await reasonOf(saveBelow(download, 'door/', roots, { overwrite }))).toMatch(/^outside-roots/)
      expect(await reasonOf(saveBelow(download, 'door/new.bin2', roots, { overwrite }))).toMatch(/^outside-roots/)
      expect(await reasonOf(saveBelow(download, 'door/new/deep.bin2', roots, { overwrite }))).toMatch(/^outside-roots/)
      expect(await reasonOf(saveBelow(download, 'door-to-door/secret.txt', roots, { overwrite }))).toMatch(
        /^outside-roots/,
      )
    }
    expect(await everything()).toEqual(before)
    expect(await readFile(join(outside, 'secret.txt'), 'utf8')).toBe('secret')
  })
})

describe('what is no file', () => {
  test('is not read: folders, pipes, devices', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')])
    await symlink('/dev/zero', join(root, 'zero'))
    expect(await reasonOf(read('inner'))).toContain('it is a folder, not a file')
    expect(await reasonOf(read('pipe'))).toContain('it is a pipe, not a file')
    expect(await reasonOf(read('zero'))).toMatch(/^outside-roots/)
    expect(await reasonOf(read('absent.txt'))).toContain('there is no such file')
    expect(await reasonOf(read('inner/note.txt/more'))).toContain('a part of the path is no folder')
  })

  test('is not replaced', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')])
    expect(await reasonOf(saveBelow(download, 'pipe', roots, { overwrite: true }))).toContain('a pipe has that name')
    expect(await reasonOf(saveBelow(download, 'inner/note.txt/more', roots))).toContain(
      'a part of the path is no folder',
    )
  })
})

describe('names', () => {
  test.each(['.ssh/id_rsa', 'inner/.env', '.git/hooks/pre-commit', '.bashrc'])(
    '%s is hidden, and neither read nor written',
    async (path) => {
      await mkdir(join(root, '.ssh'))
      await writeFile(join(root, '.ssh', 'id_rsa'), 'key')
      expect(await reasonOf(read(path))).toMatch(/^refused-path: .*is hidden/)
      expect(await reasonOf(saveBelow(download, path, roots))).toMatch(/^refused-path: .*is hidden/)
    },
  )

  test('a link to what is hidden is not followed', async () => {
    await mkdir(join(root, '.ssh'))
    await writeFile(join(root, '.ssh', 'id_rsa'), 'key')
    await symlink('.ssh', join(root, 'keys'))
    expect(await reasonOf(read('keys/id_rsa'))).toMatch(/^refused-path: .*is hidden/)
    expect(await reasonOf(saveBelow(download, 'keys/authorized_keys', roots))).toMatch(/^refused-path: .*is hidden/)
  })

  test.each([
    'CON',
    'nul.txt',
    'inner/com1.pdf',
    'report.pdf:stream',
    'ends with dot.',
    'new/trailing ',
    'a\u0007b',
    'what?.txt',
  ])('%j is the name of no file on some system, and is not written', async (path) => {
    const before = await everything()
    expect(await reasonOf(saveBelow(download, path, roots))).toMatch(
      /^refused-path: .*is not the name of a file on every system/,
    )
    expect(await everything()).toEqual(before)
  })

  test.each([
    ['', 'empty'],
    ['a\0b', 'NUL'],
    ['~/x', '~'],
    ['file://host/x', 'file URL'],
  ])('%j is refused', async (path, why) => {
    expect(await reasonOf(read(path))).toMatch(new RegExp(`^refused-path: .*${why}`))
    expect(await reasonOf(saveBelow(download, path, roots))).toMatch(/^refused-path/)
  })

  test.each([
    ['../../../evil.txt', '.._.._.._evil.txt'],
    ['.htaccess', '_htaccess'],
    ['..', 'untitled'],
    ['CON.txt', '_CON.txt'],
    ['a/b\\c\u0000.txt', 'a_b_c_.txt'],
  ])('that of the server, %j, is made safe', async (name, expected) => {
    const { path } = await saveBelow({ ...download, name }, 'inner/', roots)
    expect(path).toBe(
      join(
        root,
        'inner',
        expected.replace(/^\.+/, (dots) => '_'.repeat(dots.length)),
      ),
    )
    expect(existsSync(path)).toBe(true)
  })
})

describe('a file that is there', () => {
  test('is replaced only when that is asked for', async () => {
    expect(await reasonOf(saveBelow(download, 'inner/note.txt', roots))).toMatch(
      /^already-exists: .*inner\/note.txt.*overwrite: true/,
    )
    expect(await readFile(join(root, 'inner', 'note.txt'), 'utf8')).toBe('inside')
    await saveBelow(download, 'inner/note.txt', roots, { overwrite: true })
    expect(await readFile(join(root, 'inner', 'note.txt'))).toHaveLength(400_000)
  })

  test('stays as it was when the download fails, and nothing else is left', async () => {
    const fault = emulator.inject({ kind: 'corrupt', atByte: 10, route: '/api/documents/*/data' })
    expect(await reasonOf(saveBelow(download, 'inner/note.txt', roots, { overwrite: true }))).toMatch(/^integrity/)
    fault.remove()
    expect(await readFile(join(root, 'inner', 'note.txt'), 'utf8')).toBe('inside')
    expect(await everything()).toEqual(['outside', 'outside/secret.txt', 'root', 'root/inner', 'root/inner/note.txt'])
  })
})

describe('a race', () => {
  test('a file that is swapped for a link after it was opened is read as it was', async () => {
    const file = await openBelow('inner/note.txt', roots)
    await rm(join(root, 'inner', 'note.txt'))
    await symlink(join(outside, 'secret.txt'), join(root, 'inner', 'note.txt'))
    const stream = await file.source.open()
    expect(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text()).toBe('inside')
    await file.close()
  })

  test.skipIf(process.platform !== 'linux')(
    'a folder that is swapped for a link while a download runs receives nothing outside',
    async () => {
      const held = emulator.inject({
        kind: 'stall',
        direction: 'down',
        afterBytes: 100_000,
        route: '/api/documents/*/data',
        count: 1,
      })
      const saving = saveBelow(download, 'inner/photo.bin2', roots, { timeouts: { idle: 300 } })
      while (held.fired === 0 || !(await everything()).some((name) => name.endsWith('.part')))
        await new Promise(setImmediate)
      await rename(join(root, 'inner'), join(root, 'moved'))
      await symlink(outside, join(root, 'inner'))
      // the stall ends by its clock, and the download is asked for again
      const { path } = await saving
      expect(path).toBe(join(root, 'moved', 'photo.bin2'))
      expect(await readdir(outside)).toEqual(['secret.txt'])
      expect(await readFile(path)).toHaveLength(400_000)
    },
  )

  test('a file that appears while a download runs stays, and the message names the folder as it is known', async () => {
    const held = emulator.inject({
      kind: 'stall',
      direction: 'down',
      afterBytes: 100_000,
      route: '/api/documents/*/data',
      count: 1,
    })
    const saving = saveBelow(download, 'inner/new.bin2', roots, { timeouts: { idle: 300 } })
    const reason = reasonOf(saving)
    while (held.fired === 0) await new Promise(setImmediate)
    await writeFile(join(root, 'inner', 'new.bin2'), 'mine')
    expect(await reason).toMatch(/^already-exists: /)
    expect(await reason).toContain(join(root, 'inner', 'new.bin2'))
    expect(await reason).not.toContain('/proc/')
    expect(await readFile(join(root, 'inner', 'new.bin2'), 'utf8')).toBe('mine')
    expect((await everything()).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  test('a file that changes while it is sent is an error, not half of each', async () => {
    const path = join(root, 'growing.bin')
    await writeFile(path, new Uint8Array(1_000_000))
    const file = await openBelow('growing.bin', roots)
    const reader = (await file.source.open()).getReader()
    await reader.read()
    await writeFile(path, new Uint8Array(2_000_000).fill(1))
    const rest = async (): Promise<void> => {
      while (!(await reader.read()).done);
    }
    expect(await reasonOf(rest())).toContain('changed while it was sent')
    await file.close()
  })
})

describe('roots', () => {
  test('the innermost counts, relative paths are below the first', async () => {
    await mkdir(join(root, 'inner', 'deep'))
    roots = (await findRoots([root, join(root, 'inner')], base)).roots
    expect((await saveBelow(download, join(root, 'inner', 'a.bin2'), roots)).path).toBe(join(root, 'inner', 'a.bin2'))
    expect(await read('inner/note.txt')).toBe('inside')
  })

  test('without one nothing is read or written, and the way to one is told', async () => {
    expect(await reasonOf(openBelow('a', []))).toMatch(/^no-roots: .*--root DIR/)
    expect(await reasonOf(saveBelow(download, 'a', []))).toMatch(/^no-roots: .*--root DIR/)
  })

  test('what is no folder is none', async () => {
    const { roots: found, refused } = await findRoots(['root', 'absent', 'outside/secret.txt'], base)
    expect(found.map(({ real }) => real)).toEqual([root])
    expect(refused.map(({ why }) => why)).toEqual(['there is no such folder', 'it is no folder'])
  })
})
