import { appendFile, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { GrowingFile, readLines, writeLines } from '../../src/batch/lines-file.js'
import { useFolder } from './folder.js'

const folder = useFolder()

describe('a file of JSON lines', () => {
  test('is written whole, for this user alone, and leaves nothing beside it', async () => {
    const at = await folder()
    const path = join(at, 'a.ndjson')
    await writeLines(path, [{ a: 1 }, { b: 'ü\n😀' }])
    expect(await readLines(path)).toEqual([{ a: 1 }, { b: 'ü\n😀' }])
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(at)).toEqual(['a.ndjson'])
  })

  test('takes the place of one that others could read', async () => {
    const path = join(await folder(), 'a.ndjson')
    await writeFile(path, 'old\n', { mode: 0o644 })
    await writeLines(path, [{ new: true }])
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readLines(path)).toEqual([{ new: true }])
  })

  test('is read without a last line that was cut', async () => {
    const path = join(await folder(), 'a.ndjson')
    await writeFile(path, '{"a":1}\n{"b":')
    expect(await readLines(path)).toEqual([{ a: 1 }])
  })

  test('names the line that is no JSON', async () => {
    const path = join(await folder(), 'a.ndjson')
    await writeFile(path, '{"a":1}\nnonsense\n{"b":2}\n')
    await expect(readLines(path)).rejects.toThrow(`line 2 of ${path} is no JSON`)
  })

  test('grows by whole lines, in the order of the calls', async () => {
    const path = join(await folder(), 'a.ndjson')
    const file = await GrowingFile.open(path)
    await Promise.all(Array.from({ length: 200 }, (_, n) => file.add({ n })))
    await file.close()
    expect(await readLines(path)).toEqual(Array.from({ length: 200 }, (_, n) => ({ n })))
  })

  test.each([10, 70_000, 200_000])(
    'loses a line of %i bytes that was cut, and no other, when it grows again',
    async (length) => {
      const path = join(await folder(), 'a.ndjson')
      await writeLines(path, [{ kept: 'x'.repeat(100_000) }])
      await appendFile(path, `{"cut":"${'y'.repeat(length)}`)
      const file = await GrowingFile.open(path)
      await file.add({ next: true })
      await file.close()
      expect(await readLines(path)).toEqual([{ kept: 'x'.repeat(100_000) }, { next: true }])
    },
  )

  test('that holds nothing but a line that was cut begins anew', async () => {
    const path = join(await folder(), 'a.ndjson')
    await writeFile(path, '{"cut":')
    const file = await GrowingFile.open(path)
    await file.add({ next: true })
    await file.close()
    expect(await readFile(path, 'utf8')).toBe('{"next":true}\n')
  })
})
