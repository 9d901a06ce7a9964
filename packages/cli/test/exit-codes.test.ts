import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EXIT_CODES, exitCode, exitNameOf } from '../src/exit-codes.js'

// scripts rely on these: a code is never given another meaning
const PINS = {
  done: 0,
  internal: 1,
  usage: 2,
  profile: 3,
  unauthenticated: 4,
  forbidden: 5,
  'not-found': 6,
  conflict: 7,
  rejected: 8,
  'not-stored': 9,
  integrity: 10,
  network: 11,
  server: 12,
  unsupported: 13,
  'local-file': 14,
  'some-failed': 20,
  interrupted: 130,
}

const CLASSES = {
  unauthenticated: 'unauthenticated',
  forbidden: 'forbidden',
  'not-found': 'not-found',
  conflict: 'conflict',
  'already-exists': 'conflict',
  'not-yet-stored': 'not-stored',
  'lost-content': 'not-stored',
  'rejected-file': 'rejected',
  'too-large': 'rejected',
  'rate-limited': 'server',
  server: 'server',
  network: 'network',
  timeout: 'network',
  integrity: 'integrity',
  'not-replayable': 'unsupported',
  unsupported: 'unsupported',
  protocol: 'server',
} as const

test('the exit codes are these', () => {
  expect(Object.fromEntries(EXIT_CODES.map(({ name, code }) => [name, code]))).toEqual(PINS)
  for (const { name, code } of EXIT_CODES) expect(exitCode(name)).toBe(code)
})

test('every error code of the client belongs to one class', () => {
  const source = readFileSync(new URL('../../client/src/errors.ts', import.meta.url), 'utf8')
  const union = /export type Dhis2ErrorCode =([^;]*?)\n\n/.exec(source)?.[1] ?? ''
  const codes = [...union.matchAll(/'([\w-]+)'/g)].map(([, code]) => code)
  expect(Object.keys(CLASSES).sort()).toEqual(codes.sort())
  for (const [code, name] of Object.entries(CLASSES)) expect(exitNameOf(code as keyof typeof CLASSES)).toBe(name)
})
