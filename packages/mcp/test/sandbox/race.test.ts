import { mkdir, mkdtemp, readdir, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bytesSource, type FileDownload } from '@dhis2-files/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openBelow } from '../../src/sandbox/read.js'
import { findRoots, type Root } from '../../src/sandbox/roots.js'
import { saveBelow } from '../../src/sandbox/write.js'

/* Somebody who changes the folders in the very moment between a look and the next step, on systems of both kinds. */

const meddling = vi.hoisted(() => ({
  /** Done once, right before something is opened. */
  beforeOpen: undefined as (() => Promise<void>) | undefined,
  /** Done once, right after it. */
  afterOpen: undefined as (() => Promise<void>) | undefined,
  /** Whether the system tells where an open file is. */
  hasProc: true,
}))

vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof import('node:fs/promises')>()
  return {
    ...actual,
    async open(...args: Parameters<typeof actual.open>) {
      const meddle = meddling.beforeOpen
      meddling.beforeOpen = undefined
      await meddle?.()
      const handle = await actual.open(...args)
      const undo = meddling.afterOpen
      meddling.afterOpen = undefined
      await undo?.()
      return handle
    },
    async readlink(path: string) {
      if (!meddling.hasProc && path.startsWith('/proc/')) throw new Error('There is no such thing.')
      return actual.readlink(path)
    },
  }
})

let base: string
let root: string
let outside: string
let roots: readonly Root[]

beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'dhis2-files-race-')))
  root = join(base, 'root')
  outside = join(base, 'outside')
  await mkdir(join(root, 'inner'), { recursive: true })
  await mkdir(outside)
  await writeFile(join(root, 'inner', 'note.txt'), 'inside')
  await writeFile(join(outside, 'note.txt'), 'secret')
  roots = (await findRoots([root], base)).roots
})
afterEach(async () => {
  meddling.beforeOpen = undefined
  meddling.afterOpen = undefined
  meddling.hasProc = true
  await rm(base, { recursive: true, force: true })
})

/** The folder becomes a link that leads out. */
const swapFolder = async (): Promise<void> => {
  await rename(join(root, 'inner'), join(root, 'moved'))
  await symlink(outside, join(root, 'inner'))
}

/** The file becomes a link that leads out. */
const swapFile = async (): Promise<void> => {
  await rm(join(root, 'inner', 'note.txt'))
  await symlink(join(outside, 'note.txt'), join(root, 'inner', 'note.txt'))
}

const download = { name: 'photo.bin', saveTo: notToBeSaved } as unknown as FileDownload

function notToBeSaved(): never {
  throw new Error('It was saved.')
}

describe.each([
  ['with /proc', true],
  ['without', false],
])('%s', (_how, hasProc) => {
  beforeEach(() => {
    meddling.hasProc = hasProc
  })

  test.each([
    ['a folder above it', swapFolder],
    ['the file itself', swapFile],
  ])('what is opened through a link that has just been put there, instead of %s, is not read', async (_what, swap) => {
    meddling.beforeOpen = swap
    await expect(openBelow('inner/note.txt', roots)).rejects.toMatchObject({
      code: expect.stringMatching(/outside-roots|refused-path/),
    })
  })

  test('nor when everything is put back right after it', async () => {
    meddling.beforeOpen = swapFolder
    meddling.afterOpen = async () => {
      await rm(join(root, 'inner'))
      await rename(join(root, 'moved'), join(root, 'inner'))
    }
    await expect(openBelow('inner/note.txt', roots)).rejects.toMatchObject({
      code: expect.stringMatching(/outside-roots|refused-path/),
    })
  })

  test('a folder that has just become a link is not written through', async () => {
    meddling.beforeOpen = swapFolder
    await expect(saveBelow(download, 'inner/photo.bin', roots)).rejects.toMatchObject({ code: 'refused-path' })
    expect(await readdir(outside)).toEqual(['note.txt'])
  })

  test('what nobody meddles with is read and written', async () => {
    const file = await openBelow('inner/note.txt', roots)
    expect(file.source.size).toBe(6)
    await file.close()
    const whole = {
      ...bytesSource(new Uint8Array()),
      name: 'photo.bin',
      saveTo: async (path: string) => ({ path, size: 3 }),
    }
    expect(await saveBelow(whole as unknown as FileDownload, 'inner/', roots)).toEqual({
      path: join(root, 'inner', 'photo.bin'),
      size: 3,
    })
  })
})

test('a download that went into a folder which has just taken its name is taken away again', async () => {
  const stray = join(outside, 'stray.bin')
  const astray = {
    name: 'photo.bin',
    async saveTo() {
      await writeFile(stray, 'bytes')
      return { path: stray, size: 5 }
    },
  } as unknown as FileDownload
  await expect(saveBelow(astray, 'inner/photo.bin', roots)).rejects.toMatchObject({ code: 'refused-path' })
  expect(await readdir(outside)).toEqual(['note.txt'])
})
