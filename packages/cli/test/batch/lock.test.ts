import { readdir, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lock } from '../../src/batch/lock.js'
import { useFolder } from './folder.js'

const folder = useFolder()

describe('a lock', () => {
  test('is held by one, and leaves nothing behind', async () => {
    const at = await folder()
    const path = join(at, 'j.ndjson')
    const unlock = await lock(path, 'the journal')
    await expect(lock(path, 'the journal')).rejects.toThrow(`Process ${process.pid} is working on the journal ${path}.`)
    await unlock()
    await (await lock(path, 'the journal'))()
    expect(await readdir(at)).toEqual([])
  })

  test('is given to one of many who ask at the same time', async () => {
    const path = join(await folder(), 'j.ndjson')
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => lock(path, 'the journal')))
    expect(asked.filter(({ status }) => status === 'fulfilled').length).toBe(1)
  })

  test('of a program that is gone is taken', async () => {
    const at = await folder()
    const path = join(at, 'j.ndjson')
    await writeFile(`${path}.lock`, `999999999 ${hostname()} x\n`)
    const unlock = await lock(path, 'the journal')
    await unlock()
    expect(await readdir(at)).toEqual([])
  })

  test.each([
    [`1 ${hostname()} x\n`, 'Process 1 is working'],
    ['4711 another-machine x\n', 'Process 4711 of another-machine is working'],
    ['', 'Another process is working'],
  ])('of somebody, or of nobody knows whom, stays: %j', async (mark, message) => {
    const path = join(await folder(), 'j.ndjson')
    await writeFile(`${path}.lock`, mark)
    await expect(lock(path, 'the journal')).rejects.toThrow(message)
  })

  test('that cannot be made says where', async () => {
    const path = join(await folder(), 'none', 'j.ndjson')
    await expect(lock(path, 'the journal')).rejects.toThrow(
      `Cannot lock the journal ${path}: there is no such folder (ENOENT).`,
    )
  })
})
