import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Chunks, fromBytes, fromStream, openChunks } from '../../src/bytes/chunks.js'
import { saveDownload } from '../../src/node/save.js'
import type { SaveJob } from '../../src/platform.js'
import { rejection, source } from './servers.js'

vi.mock('node:fs/promises', { spy: true })

let directory: string
beforeEach(async () => {
  directory = await fs.mkdtemp(join(tmpdir(), 'save-'))
})
afterEach(async () => {
  vi.resetAllMocks()
  vi.restoreAllMocks()
  await fs.rm(directory, { recursive: true, force: true })
})

const at = (name: string): string => join(directory, name)
const entries = async (): Promise<string[]> => (await fs.readdir(directory)).sort()
const text = (name: string): Promise<string> => fs.readFile(at(name), 'utf8')
const bytes = (content: string): Chunks => fromBytes(new TextEncoder().encode(content))

/** A job that yields `content`. */
function job(target: string, content = 'content', more: Partial<SaveJob> = {}): SaveJob {
  return { target, name: 'report.pdf', overwrite: false, write: (sink) => sink(bytes(content)), ...more }
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: failed`), { code, syscall: 'test' })
}

describe('saveDownload', () => {
  it('writes a file and says where it is', async () => {
    expect(await saveDownload(job(at('a.pdf')))).toEqual({ path: at('a.pdf'), size: 7 })
    expect([await entries(), await text('a.pdf')]).toEqual([['a.pdf'], 'content'])
  })

  it('resolves a relative path', async () => {
    vi.spyOn(process, 'cwd').mockReturnValue(directory)
    expect((await saveDownload(job('b.pdf'))).path).toBe(resolve(directory, 'b.pdf'))
  })

  it.each([0, 20_000_000])('writes %d bytes', async (length) => {
    const saved = await saveDownload({ ...job(at('a')), write: async (sink) => sink(await openChunks(source(length))) })
    expect([saved.size, (await fs.stat(at('a'))).size]).toEqual([length, length])
  })

  it.each([
    ['report.pdf', 'report.pdf'],
    ['../../up.pdf', '.._.._up.pdf'],
    ['/etc/passwd', '_etc_passwd'],
    ['..', 'untitled'],
    ['a\0b.txt', 'a_b.txt'],
  ])('gives the file of name %j in a directory the name %j', async (name, safe) => {
    expect((await saveDownload(job(directory, 'x', { name }))).path).toBe(at(safe))
    expect(await entries()).toEqual([safe])
  })

  it('gives a new file the mode of any new file, and no other name meanwhile', async () => {
    const umask = process.umask()
    const write: SaveJob['write'] = async (sink) => {
      const [part, ...others] = await entries()
      expect(part).toMatch(/^\.d2f-\d+-[0-9a-f]{16}\.part$/)
      expect(others).toEqual([])
      return sink(bytes('x'))
    }
    await saveDownload(job(at('a'), '', { write }))
    expect((await fs.stat(at('a'))).mode & 0o777).toBe(0o666 & ~umask)
  })
})

describe('a file that is there already', () => {
  it('stays, and no byte is asked for', async () => {
    await fs.writeFile(at('report.pdf'), 'old')
    const write = vi.fn<SaveJob['write']>()
    for (const target of [at('report.pdf'), directory]) {
      const error = await rejection(saveDownload(job(target, '', { write })))
      expect(error).toMatchObject({ name: 'Dhis2Error', code: 'already-exists' })
      expect((error as Error).message).toContain(at('report.pdf'))
    }
    expect(write).not.toHaveBeenCalled()
    expect([await entries(), await text('report.pdf')]).toEqual([['report.pdf'], 'old'])
  })

  it.each(['hard links', 'no hard links'])('stays when it appears while the bytes flow: %s', async (links) => {
    if (links === 'no hard links') vi.mocked(fs.link).mockRejectedValue(systemError('EPERM'))
    const write: SaveJob['write'] = async (sink) => {
      await fs.writeFile(at('a'), 'of somebody else')
      return sink(bytes('ours'))
    }
    expect(await rejection(saveDownload(job(at('a'), '', { write })))).toMatchObject({ code: 'already-exists' })
    expect([await entries(), await text('a')]).toEqual([['a'], 'of somebody else'])
  })

  it('is replaced when that is asked for, and keeps its mode', async () => {
    await fs.writeFile(at('a'), 'a much longer old content', { mode: 0o600 })
    await saveDownload(job(at('a'), 'new', { overwrite: true }))
    expect([await entries(), await text('a')]).toEqual([['a'], 'new'])
    expect((await fs.stat(at('a'))).mode & 0o777).toBe(0o600)
  })

  it('is whole when the download that was to replace it fails', async () => {
    await fs.writeFile(at('a'), 'old')
    const failure = new Error('cut')
    const write = async (sink: Parameters<SaveJob['write']>[0]) =>
      sink(await openChunks(source(9_000_000, { failAt: 5_000_000, error: failure })))
    expect(await rejection(saveDownload(job(at('a'), '', { overwrite: true, write })))).toBe(failure)
    expect([await entries(), await text('a')]).toEqual([['a'], 'old'])
  })

  it('is never a directory or a device', async () => {
    await fs.mkdir(at('report.pdf'))
    expect(await rejection(saveDownload(job(directory, '', { overwrite: true })))).toMatchObject({
      code: 'unsupported',
    })
    expect(await rejection(saveDownload(job('/dev/null', '', { overwrite: true })))).toMatchObject({
      code: 'unsupported',
    })
    expect(await rejection(saveDownload(job('/dev/null')))).toMatchObject({ code: 'already-exists' })
  })

  it('is, as a symbolic link, replaced itself: nothing outside the directory is written', async () => {
    await fs.mkdir(at('in'))
    await fs.writeFile(at('outside'), 'old')
    await fs.symlink(at('outside'), join(at('in'), 'report.pdf'))
    await fs.symlink(at('nowhere'), join(at('in'), 'dangling'))
    expect(await rejection(saveDownload(job(at('in'))))).toMatchObject({ code: 'already-exists' })
    expect(await rejection(saveDownload(job(at('in'), '', { name: 'dangling' })))).toMatchObject({
      code: 'already-exists',
    })
    await saveDownload(job(at('in'), 'new', { overwrite: true }))
    expect([await text('outside'), await text('in/report.pdf')]).toEqual(['old', 'new'])
  })
})

describe('a second attempt', () => {
  it('starts the file anew', async () => {
    const write: SaveJob['write'] = async (sink) => {
      await rejection(sink(await openChunks(source(3_000_000, { failAt: 2_000_000, error: new Error('cut') }))))
      return sink(bytes('short'))
    }
    expect(await saveDownload(job(at('a'), '', { write }))).toEqual({ path: at('a'), size: 5 })
    expect(await text('a')).toBe('short')
  })
})

describe('a failure', () => {
  it('of the stream, or an abort, passes as it is and leaves nothing behind', async () => {
    for (const reason of [new Error('cut'), 'stop']) {
      const write: SaveJob['write'] = (sink) =>
        sink(fromStream(new ReadableStream({ start: (controller) => controller.error(reason) })))
      expect(await rejection(saveDownload(job(at('a'), '', { write })))).toBe(reason)
      expect(await entries()).toEqual([])
    }
  })

  it('of the job before a byte came leaves nothing behind', async () => {
    const failure = new Error('not-found')
    expect(await rejection(saveDownload(job(at('a'), '', { write: () => Promise.reject(failure) })))).toBe(failure)
    expect(await entries()).toEqual([])
  })

  it('of the disk cancels the stream, names the path, and leaves nothing behind', async () => {
    const probe = await fs.open(at('probe'), 'w')
    const write = vi.spyOn(Object.getPrototypeOf(probe), 'writev').mockRejectedValue(systemError('ENOSPC'))
    await probe.close()
    await fs.unlink(at('probe'))
    const body = source(9_000_000)
    const error = await rejection(
      saveDownload(job(at('a'), '', { write: async (sink) => sink(await openChunks(body)) })),
    )
    expect(write).toHaveBeenCalledOnce()
    expect(error).toMatchObject({ code: 'too-large', retryable: false })
    expect((error as Error).message).toBe(
      `Cannot save ${at('a')}: no space is left on the disk (ENOSPC). Free some space or choose another disk.`,
    )
    expect(body.cancelled()).toEqual([error])
    expect(await entries()).toEqual([])
  })

  it.each([
    ['missing/a.pdf', 'not-found', 'does not exist (ENOENT). Make the directory first.'],
    ['missing/', 'not-found', 'there is no such directory'],
    ['file/a.pdf', 'unsupported', 'not a directory'],
    ['x'.repeat(300), 'unsupported', 'too long'],
  ])('for the target %s comes before a byte is asked for', async (target, code, reason) => {
    await fs.writeFile(at('file'), '')
    const write = vi.fn<SaveJob['write']>()
    const error = await rejection(saveDownload(job(`${directory}/${target}`, '', { write })))
    expect(error).toMatchObject({ name: 'Dhis2Error', code })
    expect((error as Error).message).toContain(reason)
    expect(write).not.toHaveBeenCalled()
  })

  it.each([
    ['EACCES', 'forbidden', 'permission denied in'],
    ['EROFS', 'forbidden', 'read-only'],
    ['EDQUOT', 'too-large', 'quota'],
  ])('%s where the file is made is %s', async (errno, code, reason) => {
    vi.mocked(fs.open).mockRejectedValueOnce(systemError(errno))
    const error = await rejection(saveDownload(job(at('a'))))
    expect(error).toMatchObject({ code })
    expect((error as Error).message).toContain(reason)
  })
})

describe('a file system', () => {
  it.each(['EPERM', 'ENOTSUP', 'ENOSYS'])('without hard links (%s) takes the file all the same', async (errno) => {
    vi.mocked(fs.link).mockRejectedValue(systemError(errno))
    expect(await saveDownload(job(at('a')))).toEqual({ path: at('a'), size: 7 })
    expect([await entries(), await text('a')]).toEqual([['a'], 'content'])
  })

  it('that fails at the last step leaves nothing behind', async () => {
    vi.mocked(fs.link).mockRejectedValue(systemError('EPERM'))
    vi.mocked(fs.rename).mockRejectedValue(systemError('EIO'))
    expect(await rejection(saveDownload(job(at('a'))))).toMatchObject({ code: 'unsupported' })
    expect(await entries()).toEqual([])
  })

  it('lets one of many win the same name', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => saveDownload(job(at('a'), `by ${n}`))),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
    expect([await entries(), await text('a')]).toEqual([['a'], `by ${winner}`])
  })
})
