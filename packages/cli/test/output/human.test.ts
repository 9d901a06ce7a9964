import { expect, test } from 'vitest'
import { counted, humanDate, humanSize, humanTime } from '../../src/output/human.js'

test.each([
  [undefined, ''],
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [99_949, '99.9 kB'],
  [99_950, '100 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [10_000_000, '10.0 MB'],
  [2_147_483_648, '2.1 GB'],
  [1.5e18, '1500 PB'],
])('%s bytes are %s', (bytes, text) => {
  expect(humanSize(bytes)).toBe(text)
})

test('a date of the server has no seconds, and no zone that nobody knows', () => {
  expect(humanDate('2026-03-01T14:05:59.123')).toBe('2026-03-01 14:05')
  expect(humanDate(undefined)).toBe('')
})

test.each([
  [400, '0 s'],
  [59_400, '59 s'],
  [65_000, '1:05'],
  [3_607_000, '1:00:07'],
])('%d ms are %s', (ms, text) => {
  expect(humanTime(ms)).toBe(text)
})

test('one is told from many', () => {
  expect([0, 1, 2, 12_345].map((count) => counted(count, 'file'))).toEqual([
    '0 files',
    '1 file',
    '2 files',
    '12,345 files',
  ])
})
