import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mediaType } from '../../src/bytes/content-type.js'
import { dispositionOf, NAME_RULES, partHeader } from '../../src/bytes/file-name.js'
import { isDhis2Error } from '../../src/errors.js'
import { VERSIONS, type VersionTraits } from '../../src/versions.js'
import { RECORDINGS } from '../recordings.js'
import { readPart } from './part-parsers.js'
import { bytes } from './streams.js'

const version = (line: string): VersionTraits => VERSIONS.find((v) => v.line === line) as VersionTraits
const OLD = version('2.41')
const NEW = version('2.43')
const read = (name: string, type: string, traits: VersionTraits) =>
  readPart(bytes(partHeader(dispositionOf(name, type, traits), type)), traits.line)

describe('the reference parsers', () => {
  const named = RECORDINGS.flatMap(({ dhis2, traits, steps }) =>
    steps.flatMap(({ id, request, response }) => {
      const part = request?.multipart?.find(({ name }) => name === 'file')
      if (part === undefined || response === undefined) return []
      const { disposition = `; filename="${part.filename}"`, type } = part
      const header = `Content-Disposition: form-data; name="file"${disposition}\r\n${type === undefined ? '' : `Content-Type: ${type}\r\n`}\r\n`
      return [{ id: `${dhis2} ${id}`, line: traits.line, header, response }]
    }),
  )

  it('are compared with many exchanges', () => {
    expect(named.length).toBeGreaterThan(150)
  })

  it.each(named)('read $id as the server did', ({ line, header, response }) => {
    const { response: taken, message = '' } = response.json ?? {}
    const complaint = /Header section has more than 512|value too long for type/
    const recorded = taken?.fileResource?.name ?? complaint.exec(message)?.[0] ?? 'refused for another reason'
    const read = outcome(() => readPart(bytes(header), line).name)
    const said = 'value' in read ? read.value : complaint.exec(String(read.error))?.[0]
    expect('value' in read && taken === undefined ? 'refused for another reason' : said).toBe(recorded)
  })
})

function outcome<T>(attempt: () => T): { value: T } | { error: unknown } {
  try {
    return { value: attempt() }
  } catch (error) {
    return { error }
  }
}

const character = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...'ab .;"\\%\'=?*_<>&,:/\r\n\t\0\x1f\x7f\u00a0\u2003\u3000\ufeff\u0085é') },
  {
    weight: 3,
    arbitrary: fc.constantFrom('ت', '漢', '😀', 'e\u0301', '=?', '?=', '=?utf-8?B?YQ==?=', '%22', '"; x="', '\r\nX: y'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.constantFrom('\ud800', '\udc00') },
)
const names = fc.oneof(
  fc.array(character, { maxLength: 12 }).map((parts) => parts.join('')),
  // around the limits: 230 characters and 512 bytes
  fc
    .tuple(fc.constantFrom('n', 'ت', '漢', '😀', '"', 'a"'), fc.nat(240), fc.array(character, { maxLength: 2 }))
    .map(([letter, length, rest]) => letter.repeat(length) + rest.join('')),
)
const types = fc
  .oneof(
    fc.constantFrom('text/plain', 'application/octet-stream', 'a/b', 'text/plain;charset="a; filename=b"'),
    fc.nat(240).map((length) => `text/plain;a=${'x'.repeat(length)}`),
    fc.string({ unit: 'binary' }),
  )
  .map(mediaType)

describe.each(VERSIONS)('dispositionOf for $line', (traits) => {
  it('writes every name that it accepts so that exactly this name arrives, and nothing else', () => {
    fc.assert(
      fc.property(names, types, (name, type) => {
        const written = outcome(() => dispositionOf(name, type, traits))
        if ('error' in written) {
          return isDhis2Error(written.error, 'rejected-file') && /Limit: .*; actual: /s.test(written.error.message)
        }
        const part = readPart(bytes(partHeader(written.value, type)), traits.line)
        expect(part).toEqual({ name, type })
        return true
      }),
      { numRuns: 3000 },
    )
  })

  it('refuses no name that raw UTF-8, escaped quotes or filename* would carry', () => {
    fc.assert(
      fc.property(names, types, (name, type) => {
        if ('value' in outcome(() => dispositionOf(name, type, traits))) return true
        // neither control characters nor bare quotes are written as they are, whatever a parser would make of them
        const raw = [...name].some((c) => c < ' ' || c === '\x7f') ? [] : [`filename="${name.replaceAll('"', '\\"')}"`]
        const extended = !/[\ud800-\udfff]/u.test(name)
          ? [
              `filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`,
            ]
          : []
        const arrived = [...raw, ...extended].map((form) =>
          outcome(() => readPart(bytes(partHeader(`form-data; name="file"; ${form}`, type)), traits.line).name),
        )
        expect(arrived).not.toContainEqual({ value: name })
        return true
      }),
      { numRuns: 3000 },
    )
  })

  it('sends whatever it is given with anyName, without harm', () => {
    fc.assert(
      fc.property(names, types, (name, type) => {
        const header = partHeader(dispositionOf(name, type, traits, { anyName: true }), type)
        expect(header.split('\r\n')).toHaveLength(4)
        expect(header.slice(0, -4).split('\r\n').join('')).not.toMatch(/[\r\n]/)
      }),
    )
  })
})

describe('dispositionOf', () => {
  it.each([
    ['report.pdf', 'form-data; name="file"; filename="report.pdf"'],
    ['تقرير 2026 – résumé.txt', 'form-data; name="file"; filename="تقرير 2026 – résumé.txt"'],
    ["a;b&c%22 'd'=?.txt", `form-data; name="file"; filename="a;b&c%22 'd'=?.txt"`],
    ['a"b.txt', `form-data; name="file"; filename="a_b.txt"; filename*=UTF-8''a%22b.txt`],
    ['a\nb.txt', `form-data; name="file"; filename="a_b.txt"; filename*=UTF-8''a%0Ab.txt`],
    ['=?utf-8?Q?a?=', `form-data; name="file"; filename="__utf-8_Q_a__"; filename*=UTF-8''%3D%3Futf-8%3FQ%3Fa%3F%3D`],
  ])('writes %j', (name, disposition) => {
    for (const traits of VERSIONS) expect(dispositionOf(name, 'text/plain', traits)).toBe(disposition)
  })

  it('leaves the ASCII name away when only filename* alone has room', () => {
    const name = `"${'n'.repeat(220)}`
    const type = 'application/x-of-some-length'
    expect(dispositionOf(name, type, NEW)).toBe(`form-data; name="file"; filename*=UTF-8''%22${'n'.repeat(220)}`)
    expect(read(name, type, OLD).name).toBe(name)
  })

  it('escapes quotes where filename* has no room and the version undoes escapes', () => {
    const name = `"${'ت'.repeat(100)}"`
    expect(dispositionOf(name, 'text/plain', NEW)).toBe(`form-data; name="file"; filename="\\"${'ت'.repeat(100)}\\""`)
    expect(read(name, 'text/plain', NEW).name).toBe(name)
    expect(() => dispositionOf(name, 'text/plain', OLD)).toThrow(/too long for the header/)
  })

  it('uses the 512 bytes to the last', () => {
    const fits = 'ت'.repeat(213)
    expect(bytes(partHeader(dispositionOf(fits, 'text/plain', NEW), 'text/plain'))).toHaveLength(512)
    for (const traits of VERSIONS) {
      expect(read(fits, 'text/plain', traits).name).toBe(fits)
      expect(() => dispositionOf(`${fits}n`, 'text/plain', traits)).toThrow(
        /Limit: 512 bytes, content type included; actual: 513 bytes\. Shorten it by 1 bytes/,
      )
      expect(() => dispositionOf(fits, 'text/plain2', traits)).toThrow(/513 bytes/)
    }
  })

  it.each([
    ['name-blank', '', NEW, /Pass a filename/],
    ['name-blank', ' \u2003\u3000', NEW, /untitled/],
    ['name-nul', 'a\0b', NEW, /NUL character.*at position 2/],
    ['name-surrogate', 'a\ud800b', NEW, /at position 2/],
    ['name-path', 'etc/passwd.txt', NEW, /would call it "passwd\.txt"/],
    ['name-path', 'C:\\a.txt', NEW, /without a path/],
    ['name-trimmed', ' a.txt', OLD, /2\.41 cuts off.*at the start/],
    ['name-trimmed', 'a.txt\t', OLD, /at the end.*Trim/],
    ['name-too-long', 'n'.repeat(231), NEW, /Limit: 230 characters; actual: 231\. Shorten it by 1/],
    ['name-too-long', '😀'.repeat(231), NEW, /actual: 231/],
    ['name-header', '漢'.repeat(150), NEW, /Limit: 512 bytes/],
  ])('refuses by %s the name %j', (id, name, traits, message) => {
    expect(() => dispositionOf(name, 'text/plain', traits)).toThrow(message)
    expect(() => dispositionOf(name, 'text/plain', traits)).toThrow(
      expect.objectContaining({ code: 'rejected-file', retryable: false, hint: expect.any(String) }),
    )
    expect(NAME_RULES.find((rule) => rule.refusal(name, 'text/plain', traits) !== undefined)?.id).toBe(id)
  })

  it.each([
    [' a .txt', NEW],
    ['\u00a0', NEW],
    ['\u00a0a\u2003', OLD],
    ['.', NEW],
    ['..', NEW],
    ['n'.repeat(230), OLD],
    ['😀'.repeat(100), OLD],
    ['x:y*z?.txt', NEW],
  ])('accepts %j', (name, traits) => {
    expect(read(name, 'text/plain', traits).name).toBe(name)
  })
})
