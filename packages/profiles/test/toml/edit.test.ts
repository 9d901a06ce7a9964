import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Change, isSameContent, valueAt } from '../../src/toml/change.js'
import { contentOf, edit } from '../../src/toml/edit.js'
import { type Document, documents, type Line, lineText, render } from './document.js'

const RUNS = { numRuns: 400 }

function understood(document: Document): string {
  const text = render(document)
  try {
    contentOf(text)
  } catch {
    fc.pre(false)
  }
  return text
}

/** What is left when one piece is taken out of `longer`: the same as `shorter`? */
function isInsertion(shorter: string, longer: string): boolean {
  let same = 0
  while (same < shorter.length && shorter[same] === longer[same]) same++
  return longer.endsWith(shorter.slice(same))
}

const strings = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('"""', "'", '\\', '\n[x]\n', '\u0000\u007f'),
)
const scalars = fc.oneof(strings, fc.boolean(), fc.maxSafeNat())

describe('any document', () => {
  test('gets another value of a key, and keeps every other byte', () => {
    fc.assert(
      fc.property(documents, scalars, fc.nat(), (document, value, pick) => {
        const before = understood(document)
        const lines = document.lines.filter((line) => line.profile !== undefined && isPlain(line.key))
        fc.pre(lines.length > 0)
        const line = lines[pick % lines.length] as Line & { profile: string; key: string }
        const { profile, key } = line
        // one of a sub-table is another
        fc.pre(key !== 'deep')
        const after = edit(before, [{ kind: 'set', path: ['profiles', profile, key], value }])
        expect(valueAt(contentOf(after), ['profiles', profile, key])).toBe(value)
        const at = document.lines.indexOf(line)
        const start = render({ ...document, ended: true, lines: document.lines.slice(0, at) })
        const head = start + toNewline(document, lineText({ ...line, value: '', gap: '', comment: '' }))
        const tail = before.slice(head.length + toNewline(document, line.value).length)
        expect(after.startsWith(head)).toBe(true)
        expect(after.endsWith(tail)).toBe(true)
        expect(contentOf(`v = ${after.slice(head.length, after.length - tail.length)}`)).toEqual(
          contentOf(`v = ${JSON.stringify(value).replaceAll('\u007f', '\\u007f')}`),
        )
      }),
      RUNS,
    )
  })

  test('gets a new key in a profile, and nothing else', () => {
    fc.assert(
      fc.property(documents, scalars, fc.nat(), (document, value, pick) => {
        const before = understood(document)
        const name = document.names[pick % document.names.length] ?? ''
        const after = edit(before, [{ kind: 'set', path: ['profiles', name, 'added'], value }])
        expect(isInsertion(before, after)).toBe(true)
        expectChange(before, after, (content) => {
          ;(valueAt(content, ['profiles', name]) as Record<string, unknown>)['added'] = value
        })
      }),
      RUNS,
    )
  })

  test('gets a new profile, and nothing else', () => {
    fc.assert(
      fc.property(documents, strings, (document, token) => {
        const before = understood(document)
        const changes: Change[] = [
          { kind: 'set', path: ['profiles', 'added', 'base_url'], value: 'https://example.org' },
          { kind: 'set', path: ['profiles', 'added', 'token'], value: token },
        ]
        const after = edit(before, changes)
        expect(isInsertion(before, after)).toBe(true)
        expectChange(before, after, (content) => {
          const profiles = (content['profiles'] ??= {}) as Record<string, unknown>
          profiles['added'] = { base_url: 'https://example.org', token }
        })
      }),
      RUNS,
    )
  })

  test('gets a default, before everything that is below a header', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const before = understood(document)
        const after = edit(before, [{ kind: 'set', path: ['default'], value: 'x' }])
        expectChange(before, after, (content) => (content['default'] = 'x'))
        if (contentOf(before)['default'] === undefined) expect(isInsertion(before, after)).toBe(true)
      }),
      RUNS,
    )
  })

  test('loses a key, and no comment', () => {
    fc.assert(
      fc.property(documents, fc.nat(), (document, pick) => {
        const before = understood(document)
        const lines = document.lines.filter(
          (line) => line.profile !== undefined && isPlain(line.key) && line.key !== 'deep',
        )
        fc.pre(lines.length > 0)
        const line = lines[pick % lines.length] as Line & { profile: string; key: string }
        const after = edit(before, [{ kind: 'remove', path: ['profiles', line.profile, line.key] }])
        expect(after).toBe(without(document, (one) => one === line))
      }),
      RUNS,
    )
  })

  test('loses a profile, and no comment', () => {
    fc.assert(
      fc.property(documents, fc.nat(), (document, pick) => {
        const before = understood(document)
        const name = document.names[pick % document.names.length] ?? ''
        const after = edit(before, [{ kind: 'remove', path: ['profiles', name] }])
        expect(after).toBe(without(document, (line) => line.profile === name))
        expect(valueAt(contentOf(after), ['profiles', name])).toBe(undefined)
      }),
      RUNS,
    )
  })

  test('gets another name for a profile, in the quotes that it had', () => {
    fc.assert(
      fc.property(documents, fc.nat(), (document, pick) => {
        const before = understood(document)
        const name = document.names[pick % document.names.length] ?? ''
        const after = edit(before, [{ kind: 'rename', path: ['profiles', name], to: 'renamed' }])
        const lines = document.lines.map((line) =>
          line.profile === name ? { ...line, name: line.name.replace(name, 'renamed') } : line,
        )
        expect(after).toBe(render({ ...document, lines }))
      }),
      RUNS,
    )
  })

  test('is as it was when what was added is removed', () => {
    fc.assert(
      fc.property(documents, scalars, (document, value) => {
        const before = understood(document)
        fc.pre(document.ended)
        const [name = ''] = document.names
        const path = ['profiles', name, 'added']
        expect(edit(edit(before, [{ kind: 'set', path, value }]), [{ kind: 'remove', path }])).toBe(before)
      }),
      RUNS,
    )
  })
})

function isPlain(key: string | undefined): boolean {
  return key !== undefined && /^\w+$/.test(key)
}

function toNewline(document: Document, text: string): string {
  return text.replaceAll('\n', document.newline)
}

/** The document without these lines, but with their comments. */
function without(document: Document, doomed: (line: Line) => boolean): string {
  const { newline, ended, bom } = document
  return (
    bom +
    document.lines
      .map((line, i) => {
        const isLast = i === document.lines.length - 1
        const end = isLast && !ended ? '' : '\n'
        if (!doomed(line)) return `${lineText(line)}${end}`
        return line.comment === '' ? '' : `${line.indent}${line.comment}${end}`
      })
      .join('')
      .replaceAll('\n', newline)
  )
}

function expectChange(before: string, after: string, change: (content: Record<string, unknown>) => void): void {
  const expected = contentOf(before) as Record<string, unknown>
  change(expected)
  expect(isSameContent(contentOf(after), expected)).toBe(true)
}
