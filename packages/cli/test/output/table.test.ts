import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { type Column, rawLine, tableLines } from '../../src/output/table.js'

interface Row {
  readonly uid: string
  readonly name: string
  readonly size: number
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'UID', show: ({ uid }) => uid },
  { title: 'NAME', show: ({ name }) => name, cut: true },
  { title: 'SIZE', show: ({ size }) => `${size} B`, raw: ({ size }) => String(size), right: true },
]

const ROWS: readonly Row[] = [
  { uid: 'a2345678901', name: 'plain', size: 5 },
  { uid: 'b2345678901', name: 'تقرير الملاريا لشهر آذار', size: 1234 },
  { uid: 'c2345678901', name: '🧑🏽‍⚕️ 访问照片 📷', size: 12 },
]

describe('a table', () => {
  test.each([200, 60, 50, 44])('fits %d columns, with Arabic, Chinese and emoji', (width) => {
    const lines = tableLines(ROWS, COLUMNS, width)
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width)
    // numbers stand at the right: all lines that end with one are equally wide
    expect(new Set(lines.map((line) => stringWidth(line))).size).toBe(1)
  })

  test('cuts what may be cut between characters that people see, and never a uid', () => {
    const [, , , line = ''] = tableLines(ROWS, COLUMNS, 33)
    expect(line).toContain('c2345678901')
    expect(line).toContain('🧑🏽‍⚕️')
    expect(line).toContain('…')
  })

  test('is wider than the terminal rather than useless', () => {
    const [, line = ''] = tableLines(ROWS, COLUMNS, 10)
    expect(line).toContain('a2345678901')
    expect(line).toContain('5 B')
  })

  test('shows nothing that a terminal would obey', () => {
    const evil = { uid: 'd2345678901', name: 'a\u001B[2J\u0007b\nc\u2028d', size: 1 }
    const text = tableLines([evil], COLUMNS, 80).join('\n')
    expect(text).not.toMatch(/[\u001B\u0007\u2028]/)
    expect(text.split('\n')).toHaveLength(2)
  })
})

test('a line for a pipe has raw values and a tab between them, whatever a name holds', () => {
  expect(rawLine({ uid: 'a2345678901', name: 'a\tb\nc', size: 1234 }, COLUMNS)).toBe('a2345678901\ta b c\t1234')
})
