import { expect, it } from 'vitest'
import { loadRecordings } from './recording.js'
import { REQUIREMENTS, REQUIRED_PREFIXES, type Requirement, WIRE_SECTIONS } from './requirements.js'

const recordings = await loadRecordings()
const ids = recordings.map(({ steps }) => steps.flatMap(({ id }) => (id === undefined ? [] : [id])))
const requirements = Object.entries<Requirement>(REQUIREMENTS)

it.each(requirements)(
  '%s cites a section or an exchange that exists',
  (_, { says, wire = [], recordings: shown = [] }) => {
    expect(says).not.toBe('')
    expect([...wire, ...shown]).not.toEqual([])
    expect(wire.filter((section) => WIRE_SECTIONS[section] === undefined)).toEqual([])
    for (const recorded of ids)
      expect(shown.filter((id) => !recorded.some((r) => (id.endsWith('.') ? r.startsWith(id) : r === id)))).toEqual([])
  },
)

it('knows every version by one recording with the same exchanges', () => {
  expect(recordings.map(({ dhis2 }) => dhis2)).toEqual(['2.41.9.1', '2.42.5.2', '2.43.1', '2.44-SNAPSHOT'])
  for (const recorded of ids) expect(recorded).toEqual(ids[0])
})

it.each(REQUIRED_PREFIXES)('%s is a prefix of recorded exchanges', (prefix) => {
  expect(ids[0]?.filter((id) => id.startsWith(prefix)).length).toBeGreaterThan(0)
})
