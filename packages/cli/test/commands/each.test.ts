import { EventEmitter } from 'node:events'
import { beforeEach, expect, test } from 'vitest'
import { emulated } from '../run.js'

const { emulator, dhis2 } = emulated()
const ABSENT = 'z2345678901'
const linked = async (name: string): Promise<string> =>
  (await dhis2(['documents', 'link', name, 'https://example.org', '--json'])).json().id

let one: string
let other: string
beforeEach(async () => {
  one = await linked('one')
  other = await linked('other')
})

test('several objects that all went well are an array', async () => {
  const { code, json } = await dhis2(['documents', 'delete', one, other, '--yes', '--json'])
  expect([code, json()]).toEqual([
    0,
    [
      { status: 'deleted', uid: one, name: 'one' },
      { status: 'deleted', uid: other, name: 'other' },
    ],
  ])
})

test('a failure among several is told beside the results, each in its place', async () => {
  const { code, json } = await dhis2(['documents', 'delete', one, ABSENT, other, '--yes', '--json'])
  const { error, results } = json()
  expect([code, error]).toEqual([20, expect.objectContaining({ code: 'some-failed', exitCode: 20 })])
  expect(error.message).toMatch(/^1 of 3 failed: /)
  expect(results).toEqual([
    { status: 'deleted', uid: one, name: 'one' },
    { uid: ABSENT, error: expect.objectContaining({ code: 'not-found' }) },
    { status: 'deleted', uid: other, name: 'other' },
  ])
})

test('failures that are all alike keep their class', async () => {
  const { code, json } = await dhis2(['documents', 'delete', ABSENT, 'y2345678901', '--yes', '--json'])
  expect([code, json().error]).toEqual([6, expect.objectContaining({ code: 'not-found', exitCode: 6 })])
})

test('one that may be missing is told as missing', async () => {
  const alone = await dhis2(['documents', 'delete', ABSENT, '--missing-ok', '--yes', '--json'])
  expect([alone.code, alone.json()]).toEqual([0, { status: 'missing', uid: ABSENT }])
  const { code, json } = await dhis2(['documents', 'delete', ABSENT, one, '--missing-ok', '--yes', '--json'])
  expect([code, json()]).toEqual([
    0,
    [
      { status: 'missing', uid: ABSENT },
      { status: 'deleted', uid: one, name: 'one' },
    ],
  ])
  const icon = await dhis2(['icons', 'remove', 'no_such', '--missing-ok', '--yes', '--json'])
  expect(icon.json()).toEqual({ status: 'missing', key: 'no_such' })
})

test('Ctrl-C keeps the list of what was done, and tells what is left', async () => {
  const third = await linked('third')
  const signals = new EventEmitter()
  const fault = emulator.inject({ kind: 'delay', ms: 60_000, route: `DELETE /api/documents/${other}`, count: 1 })
  const running = dhis2(['documents', 'delete', one, other, third, '--yes', '--json'], { signals })
  await expect.poll(() => fault.fired).toBe(1)
  signals.emit('SIGINT')
  const { code, json } = await running
  expect([code, json()]).toEqual([
    130,
    {
      error: { code: 'interrupted', message: 'Interrupted.', hint: expect.stringContaining('1 of 3'), exitCode: 130 },
      results: [
        { status: 'deleted', uid: one, name: 'one' },
        { uid: other, status: 'left', doubtful: true },
        { uid: third, status: 'left' },
      ],
    },
  ])
})

test('a name from the server is told in one line, and rewrites none', async () => {
  const evil = await linked('a\r\u001B[2Kb\ndeleted everything')
  const { stdout } = await dhis2(['documents', 'delete', evil, '--yes'])
  expect(stdout).toBe(`deleted ${evil}  a  [2Kb deleted everything\n`)
})
