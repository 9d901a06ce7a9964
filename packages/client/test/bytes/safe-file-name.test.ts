import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { safeFileName } from '../../src/bytes/safe-file-name.js'

describe('safeFileName', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['Rapport d’activité (été) №1.pdf', 'Rapport d’activité (été) №1.pdf'],
    ['报告.pdf', '报告.pdf'],
    ['a\u0308.txt', '\u00e4.txt'],
    ['.gitignore', '.gitignore'],
    ['a.tar.gz', 'a.tar.gz'],
    ['../../etc/passwd', '.._.._etc_passwd'],
    ['C:\\Windows\\win.ini', 'C__Windows_win.ini'],
    ['Report 1/2026.pdf', 'Report 1_2026.pdf'],
    ['a<b>c:d"e|f?g*h', 'a_b_c_d_e_f_g_h'],
    ['a\0b\nc\x7fd\x85e', 'a_b_c_d_e'],
    ['', 'untitled'],
    ['.', 'untitled'],
    ['..', 'untitled'],
    [' . . ', 'untitled'],
    ['  name.txt', 'name.txt'],
    ['name.txt.. ', 'name.txt'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['Com1.tar.gz', '_Com1.tar.gz'],
    ['lpt9 .txt', '_lpt9 .txt'],
    [' aux', '_aux'],
    ['com².x', '_com².x'],
    ['CONsole.txt', 'CONsole.txt'],
    ['com10', 'com10'],
    ['x\ud800y', 'x\ufffdy'],
    ['\u{1f600}.png', '\u{1f600}.png'],
  ])('makes of %j %j', (name, safe) => {
    expect(safeFileName(name)).toBe(safe)
  })

  it('keeps the extension of a name that is too long', () => {
    expect(safeFileName(`${'a'.repeat(300)}.pdf`)).toBe(`${'a'.repeat(251)}.pdf`)
    expect(safeFileName(`${'é'.repeat(300)}.pdf`)).toBe(`${'é'.repeat(125)}.pdf`)
    expect(safeFileName(`${'\u{1f600}'.repeat(100)}.pdf`)).toBe(`${'\u{1f600}'.repeat(62)}.pdf`)
    expect(safeFileName('a'.repeat(256))).toBe('a'.repeat(255))
    expect(safeFileName(`a.${'b'.repeat(300)}`)).toBe(`a.${'b'.repeat(253)}`)
    expect(safeFileName(`${'a'.repeat(254)}.${'b'.repeat(40)}`)).toBe('a'.repeat(254))
  })

  const evil = fc
    .array(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom(
          '/',
          '\\',
          '..',
          '.',
          ' ',
          '\0',
          'con',
          'NUL',
          'COM1',
          'a\u0338',
          '<\u0338',
          '\ud83d',
          '\ude00',
          '.pdf',
          '\u3000',
        ),
        fc.nat({ max: 300 }).map((length) => 'é'.repeat(length)),
      ),
    )
    .map((parts) => parts.join(''))

  it('is always one safe name', () => {
    fc.assert(
      fc.property(evil, (name) => {
        const safe = safeFileName(name)
        expect(safe).not.toBe('')
        expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(255)
        expect(safe).not.toMatch(/[\p{Control}/\\<>:"|?*]|^\s|[\s.]$/u)
        expect(safe).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)/i)
        expect(safe).not.toMatch(/\p{Surrogate}/u)
        expect(safe).toBe(safe.normalize('NFC'))
        expect(safeFileName(safe)).toBe(safe)
      }),
      { numRuns: 3000 },
    )
  })

  it('leaves a name alone that is safe already', () => {
    const letters = fc.string({
      unit: fc.constantFrom(...'abcdefgXYZ0123456789-_ ()éß漢字'),
      minLength: 1,
      maxLength: 60,
    })
    fc.assert(
      fc.property(letters, fc.constantFrom('.pdf', '.jpeg', '.tar.gz', ''), (stem, extension) => {
        const name = `x${stem}y${extension}`
        expect(safeFileName(name)).toBe(name)
      }),
    )
  })
})
