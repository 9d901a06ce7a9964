import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MultipartError, multipartBoundary, parseMultipart } from '../../src/http/multipart.js'
import type { PartHead } from '../../src/http/part-headers.js'
import type { PartHeaderRules } from '../../src/versions.js'

interface Part extends PartHead {
  content: string
}

async function parse(
  body: Uint8Array,
  options: { rules?: PartHeaderRules; cuts?: readonly number[]; maxParts?: number } = {},
): Promise<Part[]> {
  const parts: Part[] = []
  const cuts = [...new Set([0, ...(options.cuts ?? []), body.length])]
    .filter((at) => at <= body.length)
    .sort((a, b) => a - b)
  async function* chunks() {
    for (let at = 1; at < cuts.length; at++) yield body.subarray(cuts[at - 1], cuts[at])
  }
  const rules = {
    boundary: 'edge',
    partHeaders: options.rules ?? 'spring',
    ...(options.maxParts && { maxParts: options.maxParts }),
  } as const
  await parseMultipart(chunks(), rules, (head) => {
    const received: Uint8Array[] = []
    return {
      write: (chunk) => void received.push(chunk.slice()),
      end: () => void parts.push({ ...head, content: Buffer.concat(received).toString('latin1') }),
    }
  })
  return parts
}

const bodyOf = (...parts: { head: string; content?: string | Uint8Array }[]) =>
  Buffer.concat([
    ...parts.flatMap(({ head, content = 'x' }) => [
      Buffer.from(`--edge\r\n${head}\r\n\r\n`),
      Buffer.from(content as string),
      Buffer.from('\r\n'),
    ]),
    Buffer.from('--edge--\r\n'),
  ])

const nameBy = async (rules: PartHeaderRules, parameters: string) =>
  (await parse(bodyOf({ head: `Content-Disposition: form-data; name="file"${parameters}` }), { rules }))[0]?.filename

describe('a multipart body', () => {
  it('reads the same whatever the chunks it comes in', async () => {
    const content = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
    const awkward = fc
      .constantFrom('\r\n--edg', '\r\n--edgX', '\r', '\r\n', '--edge', '\r\n\r\n')
      .map((text) => Buffer.from(text))
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(fc.oneof(content, awkward), { maxLength: 4 }).map((pieces) => Buffer.concat(pieces)),
          { minLength: 1, maxLength: 4 },
        ),
        fc.array(fc.nat(2000), { maxLength: 30 }),
        async (contents, cuts) => {
          fc.pre(contents.every((one) => !one.includes('\r\n--edge')))
          const body = bodyOf(
            ...contents.map((one, at) => ({
              head: `Content-Disposition: form-data; name="p${at}"; filename="f"`,
              content: one,
            })),
          )
          const parts = await parse(body, { cuts })
          expect(parts.map((part) => part.content)).toEqual(contents.map((one) => one.toString('latin1')))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('may come one byte at a time', async () => {
    const body = bodyOf(
      { head: 'Content-Disposition: form-data; name="a"', content: 'one' },
      { head: 'Content-Disposition: form-data; name="b"', content: '' },
    )
    const parts = await parse(body, { cuts: Array.from(body, (_, at) => at) })
    expect(parts.map(({ name, content }) => [name, content])).toEqual([
      ['a', 'one'],
      ['b', ''],
    ])
  })

  it('may have text before its first boundary and after its last', async () => {
    const body = Buffer.concat([
      Buffer.from('hello\r\n'),
      bodyOf({ head: 'Content-Disposition: form-data; name="a"' }),
      Buffer.from('bye'),
    ])
    expect(await parse(body)).toHaveLength(1)
  })

  it('has no parts when there is no boundary in it', async () => {
    expect(await parse(Buffer.from('just text'))).toEqual([])
  })

  it('is refused when it ends in the middle of a part', async () => {
    const whole = bodyOf({ head: 'Content-Disposition: form-data; name="a"', content: 'content' })
    await expect(parse(whole.subarray(0, whole.length - 12))).rejects.toThrow('Stream ended unexpectedly')
  })

  it('is refused when it has more parts than the container takes', async () => {
    const part = { head: 'Content-Disposition: form-data; name="a"' }
    await expect(parse(bodyOf(part, part, part), { maxParts: 2 })).rejects.toThrow(MultipartError)
  })

  it('skips a part that has no name', async () => {
    const parts = await parse(
      bodyOf({ head: 'Content-Type: text/plain' }, { head: 'Content-Disposition: form-data; name="a"' }),
    )
    expect(parts.map(({ name }) => name)).toEqual(['a'])
  })
})

describe('a header section', () => {
  const headOf = (length: number) => {
    const start = 'Content-Disposition: form-data; name="file"; filename="'
    return `${start}${'n'.repeat(length - start.length - 1)}"`
  }

  it('may have 512 bytes with the empty line that ends it', async () => {
    await expect(parse(bodyOf({ head: headOf(508) }))).resolves.toHaveLength(1)
    await expect(parse(bodyOf({ head: headOf(509) }))).rejects.toThrow(
      'Header section has more than 512 bytes (maybe it is not properly terminated)',
    )
  })

  it('is refused as soon as it is too long, though it goes on for ever', async () => {
    await expect(parse(Buffer.from(`--edge\r\n${'a'.repeat(600)}`))).rejects.toThrow('512 bytes')
  })
})

describe('a file name', () => {
  it.each([
    ['commons', '; filename="plain.txt"', 'plain.txt'],
    ['spring', '; filename="plain.txt"', 'plain.txt'],
    ['commons', '; filename=token.txt', 'token.txt'],
    ['spring', '; filename=token.txt', 'token.txt'],
    ['commons', '; filename="a;b.txt"', 'a;b.txt'],
    ['spring', '; filename="a;b.txt"', 'a;b.txt'],
    ['commons', '; filename="قائمة.txt"', 'قائمة.txt'],
    ['spring', '; filename="قائمة.txt"', 'قائمة.txt'],
    ['spring', '; filename="a%22b.txt"', 'a%22b.txt'],
    // a quoted pair: undone by Spring, left alone by commons
    ['spring', '; filename="q\\"x.txt"', 'q"x.txt'],
    ['commons', '; filename="q\\"x.txt"', 'q\\"x.txt'],
    ['spring', '; filename="c:\\\\dir\\\\x.txt"', 'c:\\dir\\x.txt'],
    ['spring', '; filename="c:\\dir\\x.txt"', 'c:\\dir\\x.txt'],
    // blanks at the ends
    ['spring', '; filename="  a  "', '  a  '],
    ['commons', '; filename="  a  "', 'a'],
    // both names: the extended one wins; in commons the later one does
    ['spring', '; filename="f.txt"; filename*=UTF-8\'\'%C3%BC.txt', 'ü.txt'],
    ['commons', '; filename="f.txt"; filename*=UTF-8\'\'%C3%BC.txt', 'ü.txt'],
    ['spring', '; filename*=UTF-8\'\'%C3%BC.txt; filename="f.txt"', 'ü.txt'],
    ['commons', '; filename*=UTF-8\'\'%C3%BC.txt; filename="f.txt"', 'f.txt'],
    ['spring', "; filename*=ISO-8859-1''%FC.txt", 'ü.txt'],
    ['commons', "; filename*=ISO-8859-1''%FC.txt", 'ü.txt'],
    ['spring', "; filename*=UTF-8'de'%20a%20", ' a '],
    ['commons', "; filename*=UTF-8'de'%20a%20", 'a'],
    ['spring', '; filename="=?UTF-8?B?w7wudHh0?="', 'ü.txt'],
    ['commons', '; filename="=?UTF-8?B?w7wudHh0?="', 'ü.txt'],
    ['spring', '; filename=""', ''],
    ['commons', '; filename=""', ''],
    ['spring', '', undefined],
    ['commons', '', undefined],
  ] as const)('by the rules of %s, %s reads as %j', async (rules, parameters, name) => {
    expect(await nameBy(rules, parameters)).toBe(name)
  })

  it('is an error for Spring when its extended form is not percent-encoded', async () => {
    await expect(nameBy('spring', "; filename*=UTF-8''a b.txt")).rejects.toThrow('RFC 5987')
    await expect(nameBy('spring', "; filename*=UTF-16''ab.txt")).rejects.toThrow('UTF-8 or ISO-8859-1')
  })
})

describe('a boundary', () => {
  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['multipart/form-data;charset=utf-8; Boundary="a b"', 'a b'],
    ['multipart/form-data', undefined],
    ['multipart/form-data; boundary=""', undefined],
  ])('of %s is %j', (type, boundary) => {
    expect(multipartBoundary(type)).toBe(boundary)
  })
})
