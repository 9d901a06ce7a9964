import { describe, expect, it } from 'vitest'
import { quoted, refusedFile } from '../../src/bytes/refusal.js'

describe('refusedFile', () => {
  it('says all there is to know in its message', () => {
    const refusal = { rule: 'Too big', limit: '1 byte', actual: '2 bytes', change: 'Shrink it.', errorCode: 'E1' }
    const error = refusedFile('"a.txt"', refusal)
    expect(error.message).toBe('Cannot upload "a.txt": Too big. Limit: 1 byte; actual: 2 bytes. Shrink it.')
    expect(error).toMatchObject({ code: 'rejected-file', retryable: false, hint: 'Shrink it.', errorCode: 'E1' })
  })
})

describe('quoted', () => {
  it('shows a name on one line, shortened, with nothing that moves a cursor', () => {
    expect(quoted('a"b\n\x1b[2J\x9b\u202e\u2028')).toBe('"a\\"b\\n\\u001b[2J\\u009b\\u202e\\u2028"')
    expect(quoted('😀'.repeat(100))).toBe(`"${'😀'.repeat(79)}…"`)
  })
})
