import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadRecordings } from '../conformance/recording.js'
import { ROOT } from '../source-graph.js'
import { preparedWorld } from '../world.js'
import { PINS } from './versions-pins.js'

const VERSIONS = ['2.41', '2.42', '2.43', '2.44'] as const

/** Rows of the table: their cells. */
const rows = readFileSync(join(ROOT, 'docs', 'versions.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
const ids = rows.map(([id = '']) => id.replaceAll('`', ''))

test('docs/versions.md has a row for each pin, and a pin for each row', () => {
  expect(ids).toEqual([...new Set(ids)])
  expect([...ids].sort()).toEqual(Object.keys(PINS).sort())
})

test.each(rows)('the row %s says something of each version', (...cells) => {
  expect(cells).toHaveLength(2 + VERSIONS.length)
  expect(cells.filter((cell) => cell === '')).toEqual([])
})

test('the versions of the table are those of the client', async () => {
  const { VERSIONS: known } = await import('../../packages/client/src/versions.js')
  expect(known.map(({ line }) => line)).toEqual(VERSIONS)
})

const recordings = await loadRecordings()

for (const [id, pin] of Object.entries(PINS)) {
  if (typeof pin === 'function') continue
  test.each(Object.entries(pin.recorded))(`${id}: %s was answered so by each version`, (exchange, statuses) => {
    const recorded = recordings.map(({ steps }) => steps.find((step) => step.id === exchange)?.response?.status)
    expect(recorded).toEqual(statuses)
  })
}

describe.each(VERSIONS)('docs/versions.md on %s', (version) => {
  const world = preparedWorld(version, { retry: { minDelay: 20 } })
  for (const [id, pin] of Object.entries(PINS)) if (typeof pin === 'function') test(id, () => pin(world))
})
