import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readTemplate, withUid } from '../../src/batch/name-template.js'
import { type OnConflict, Targets } from '../../src/batch/targets.js'
import { useFolder } from './folder.js'

const folder = useFolder()
const KNOWN = ['file', 'uid', 'name']

describe('a template of names', () => {
  test.each([
    ['{file}', { file: 'report.pdf' }, 'report.pdf'],
    ['{uid}/{file}', { uid: 'a2345678901', file: 'report.pdf' }, 'a2345678901/report.pdf'],
    ['{name}-{uid}.pdf', { name: 'تقرير 😀', uid: 'a2345678901' }, 'تقرير 😀-a2345678901.pdf'],
    ['{name}/{file}', { name: '../../etc', file: '/passwd' }, '.._.._etc/_passwd'],
    ['../{file}', { file: 'x' }, 'x'],
    ['{name}/{file}', { name: '..', file: '..' }, 'untitled/untitled'],
    ['./a//{file}', { file: 'b' }, 'a/b'],
    ['{name}{file}', { file: 'b' }, 'b'],
    ['{file}', { file: 'CON' }, '_CON'],
    ['{file}', { file: 'a\nb' }, 'a_b'],
  ])('%j of %j is %j', (template, values, path) => {
    expect(readTemplate(template, KNOWN)(values)).toBe(path)
  })

  test.each([
    ['{period}', /no \{period\}/],
    ['report.pdf', /the same name/],
    ['/tmp/{file}', /must not begin with a slash/],
    [String.raw`\{file}`, /must not begin with a slash/],
    ['c:{file}', /must not begin with a slash/],
  ])('%j is refused', (template, message) => {
    expect(() => readTemplate(template, KNOWN)).toThrow(message)
  })

  test('takes a uid before the extension', () => {
    expect(withUid('a/report.tar.gz', 'a2345678901')).toBe('a/report.tar (a2345678901).gz')
    expect(withUid('.gitignore', 'a2345678901')).toBe('.gitignore (a2345678901)')
    expect(withUid(`${'x'.repeat(251)}.pdf`, 'a2345678901')).toBe(`${'x'.repeat(237)} (a2345678901).pdf`)
    expect(withUid(`x.${'y'.repeat(250)}`, 'a2345678901')).toBe(`x.${'y'.repeat(239)} (a2345678901)`)
    expect(withUid(`${'😀'.repeat(60)}.pdf`, 'a2345678901')).toBe(`${'😀'.repeat(59)} (a2345678901).pdf`)
  })
})

describe('names in a folder', () => {
  const take = (targets: Targets, path: string, key: string, own?: string): Promise<string | undefined> =>
    targets.take({ path, key, uid: key, own })

  test('are given once, whatever their case and Unicode form', async () => {
    const targets = new Targets(await folder(), 'rename', [])
    expect(await take(targets, 'Été.pdf', 'one')).toBe('Été.pdf')
    expect(await take(targets, 'été.PDF', 'two')).toBe('été (two).PDF')
    expect(await take(targets, 'E\u0301te\u0301.pdf', 'three')).toBe('Été (three).pdf')
  })

  test('are given once, also when they are asked for at the same time', async () => {
    const targets = new Targets(await folder(), 'rename', [])
    const names = await Promise.all(Array.from({ length: 50 }, (_, n) => take(targets, 'a/same.pdf', `k${n}`)))
    expect(new Set(names.map((name) => name?.toLowerCase())).size).toBe(50)
  })

  test('stay with whom they had before', async () => {
    const targets = new Targets(await folder(), 'rename', [{ key: 'old', path: 'report.pdf' }])
    expect(await take(targets, 'Report.pdf', 'new')).toBe('Report (new).pdf')
    expect(await take(targets, 'report.pdf', 'old')).toBe('report.pdf')
  })

  test.each<[OnConflict, string | undefined]>([
    ['rename', 'sub/report (k).pdf'],
    ['skip', undefined],
    ['overwrite', 'sub/report.pdf'],
  ])('that others have on disk: %s', async (policy, expected) => {
    const at = await folder()
    await mkdir(join(at, 'sub'))
    await writeFile(join(at, 'sub', 'REPORT.pdf'), '')
    expect(await take(new Targets(at, policy, []), 'sub/report.pdf', 'k')).toBe(expected)
  })

  test('that others have on disk: fail', async () => {
    const at = await folder()
    await writeFile(join(at, 'report.pdf'), '')
    await expect(take(new Targets(at, 'fail', []), 'report.pdf', 'k')).rejects.toMatchObject({ exit: 'conflict' })
  })

  test('never go from one file of a download to another, not even to overwrite', async () => {
    const targets = new Targets(await folder(), 'overwrite', [])
    expect(await take(targets, 'report.pdf', 'one')).toBe('report.pdf')
    expect(await take(targets, 'report.pdf', 'two')).toBe('report (two).pdf')
  })

  test('of an untouched older copy are used again, those of a changed one are not', async () => {
    const at = await folder()
    await writeFile(join(at, 'report.pdf'), '')
    const rows = [{ key: 'k', path: 'report.pdf' }]
    expect(await take(new Targets(at, 'rename', rows), 'report.pdf', 'k', 'report.pdf')).toBe('report.pdf')
    expect(await take(new Targets(at, 'rename', rows), 'report.pdf', 'k')).toBe('report (k).pdf')
  })

  test('that hold a uid are used again, when their file is replaced', async () => {
    const at = await folder()
    for (const name of ['report.pdf', 'report (two).pdf']) await writeFile(join(at, name), '')
    const rows = [
      { key: 'one', path: 'report.pdf' },
      { key: 'two', path: 'report (two).pdf' },
    ]
    expect(await take(new Targets(at, 'rename', rows), 'report.pdf', 'two', 'report (two).pdf')).toBe(
      'report (two).pdf',
    )
  })

  test('are never that of the manifest', async () => {
    const at = await folder()
    expect(await take(new Targets(at, 'overwrite', []), 'Manifest.ndjson', 'k')).toBe('Manifest (k).ndjson')
  })

  test('that were taken by the uid too get a number', async () => {
    const at = await folder()
    await writeFile(join(at, 'report.pdf'), '')
    await writeFile(join(at, 'report (k).pdf'), '')
    expect(await take(new Targets(at, 'rename', []), 'report.pdf', 'k')).toBe('report (k, 2).pdf')
  })
})
