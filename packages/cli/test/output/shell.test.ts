import { expect, test } from 'vitest'
import { shellWords } from '../../src/output/shell.js'

test('words are quoted for a shell where they need it', () => {
  expect(shellWords(['a/b-c.pdf', 'Malaria report', "it's", '$HOME', 'تقرير.pdf', ''], 'linux')).toBe(
    "a/b-c.pdf 'Malaria report' 'it'\\''s' '$HOME' 'تقرير.pdf' ''",
  )
})

test('on Windows the quotes are those of cmd and PowerShell', () => {
  expect(shellWords(['C:\\a\\b.pdf', 'C:\\my files\\', 'a,b', "it's", '$HOME', '50%', ''], 'win32')).toBe(
    'C:\\a\\b.pdf "C:\\my files\\\\" "a,b" "it\'s" \'$HOME\' "50%" ""',
  )
})
