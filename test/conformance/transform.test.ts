import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Json, type Recording, type Step, isFilePart, loadFixtures, loadRecordings } from './recording.js'
import { Random } from './random.js'
import { transform } from './transform.js'
import { withComment } from './transform/bytes.js'
import { type Chosen, chosenBy } from './transform/chosen.js'
import { freshDisposition, freshFileName } from './transform/file-names.js'
import { Vocabulary } from './transform/vocabulary.js'

const SEEDS = [1, 2, 3, 20_260_821]
const recordings = await loadRecordings()
const fixtures = await loadFixtures()
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')

function strings(value: unknown, into: string[] = []): string[] {
  if (typeof value === 'string') into.push(value)
  else if (Array.isArray(value)) for (const item of value) strings(item, into)
  else if (value !== null && typeof value === 'object')
    for (const [key, item] of Object.entries(value)) {
      into.push(key)
      strings(item, into)
    }
  return into
}

/** Its requests and answers, without the words of the format. */
function compared({ steps }: Recording): unknown[] {
  return steps.map(({ request, response }) => {
    const { auth, ...rest } = request ?? {}
    return [rest, response, typeof auth === 'string' ? undefined : auth]
  })
}

function holdsWord(text: string, word: string): boolean {
  const at = text.indexOf(word)
  return at >= 0 && !/[A-Za-z0-9_]/.test(text.charAt(at - 1)) && !/[A-Za-z0-9_]/.test(text.charAt(at + word.length))
}

function bytesOf(step: Step, files: Readonly<Record<string, Buffer>>): Buffer | undefined {
  const part = step.request?.multipart?.find(isFilePart)
  if (part === undefined) return undefined
  if (part.fixture !== undefined) return files[part.fixture]
  if (part.repeat !== undefined) return Buffer.alloc(part.repeat.bytes, part.repeat.of ?? 'x')
  return Buffer.from(part.text ?? '')
}

function at(json: Json | undefined, path: string): Json | undefined {
  return path
    .split('.')
    .reduce<Json | undefined>(
      (value, key) => (value !== null && typeof value === 'object' && !Array.isArray(value) ? value[key] : undefined),
      json,
    )
}

describe.each(recordings.map((recording) => [recording.dhis2, recording] as const))(
  'the recording of %s',
  (_, recording) => {
    const chosen = chosenBy(recording)

    it('chooses what a reader finds in it', () => {
      expect([...chosen.uids]).toEqual(
        expect.arrayContaining([
          'OuFiles0001',
          'Unknown0001',
          'FrChosen001',
          'DocBulk0006',
          'EvFiles0005',
          'UsLibrary01',
        ]),
      )
      expect([...chosen.malformed].sort()).toEqual(['abc', 'short'])
      expect([...chosen.usernames].sort()).toEqual(['clerk', 'librarian'])
      expect([...chosen.passwords].sort()).toEqual(['District1-', 'no', 'wrong'])
      expect([...chosen.codes]).toEqual(['DOC-1'])
      expect([...chosen.iconKeys].sort()).toEqual(['clinic_tent', 'no_such_icon', 'wrong_one'])
      expect([...chosen.keywords].sort()).toEqual(['camp', 'tent'])
      expect([...chosen.refused].sort()).toEqual(['CUSTOM_LOGO', 'HUGE', 'noSuchThing', 'nonsense', 'resembles'])
      expect([...chosen.nameParts].sort()).toEqual(['Hand', 'annual', 'hand'])
      expect([...chosen.names]).toEqual(
        expect.arrayContaining([
          'Ngelehun',
          'Annual report, final',
          'Handbook 3',
          'Private documents',
          'Ama',
          'Meeting',
          'no-such-document',
        ]),
      )
      expect([...chosen.texts]).toEqual(
        expect.arrayContaining(['hello dhis2\n', 'and the minutes', 'first', 'A big tent']),
      )
      expect([...chosen.fileNames]).toEqual(expect.arrayContaining(['report.pdf', '../../etc/passwd.txt', 'RUN.EXE']))
    })

    it.each(SEEDS)('keeps nothing that its requests choose (seed %i)', (seed) => {
      const told = transform(recording, fixtures, seed)
      const texts = [...new Set(strings(compared(told.recording)))]
      const words = [
        ...chosen.uids,
        ...chosen.malformed,
        ...chosen.codes,
        ...chosen.iconKeys,
        ...chosen.refused,
        ...chosen.tokens,
      ]
      expect(words.filter((word) => texts.some((text) => holdsWord(text, word)))).toEqual([])
      // "x" also stands in a part that is no file, and a one-letter name may become another one
      const wholes = (Object.keys(chosen) as (keyof Chosen)[]).flatMap((kind) => [...chosen[kind]])
      expect(wholes.filter((whole) => whole.length > 2 && !/^\w\.txt$/.test(whole) && texts.includes(whole))).toEqual(
        [],
      )
      const searches = recording.steps.flatMap(({ request }) =>
        /filter=name:/.test(request?.path ?? '') ? [request?.path] : [],
      )
      expect(
        searches.filter((path) => path !== undefined && !path.includes('default') && texts.includes(path)),
      ).toEqual([])
      // what DHIS2 brings itself stays
      expect(texts).toEqual(expect.arrayContaining(['admin', 'admin admin', 'Superuser', 'F_DATAVALUE_ADD']))
      expect(JSON.stringify(told.recording)).toContain('name:eq:default')
    })

    it.each(SEEDS)('keeps its steps, methods, captures and statuses (seed %i)', (seed) => {
      const told = transform(recording, fixtures, seed).recording
      const shape = ({ steps }: Recording) =>
        steps.map(({ id, capture, until, sleep, ignore, only, pixels, request, response }) => [
          [id, capture, until, sleep, ignore, only, pixels],
          [request?.method, request?.multipart?.map((part) => [part.name, part.type])],
          [response?.status, response && Object.keys(response), response?.htmlTitle, response?.image],
        ])
      expect(shape(told)).toEqual(shape(recording))
      expect(told.dhis2).toBe(recording.dhis2)
    })

    it.each(SEEDS)('tells the MD5 and the length of what is really sent (seed %i)', (seed) => {
      const told = transform(recording, fixtures, seed)
      let checked = 0
      told.recording.steps.forEach((step, i) => {
        const fileResource = at(step.response?.json, 'response.fileResource')
        const bytes = bytesOf(step, told.fixtures)
        if (
          step.ignore?.some((path) => path.endsWith('contentMd5')) ||
          fileResource === undefined ||
          bytes === undefined
        )
          return
        checked++
        expect(at(fileResource, 'contentMd5'), step.id).toBe(md5(bytes))
        expect(at(fileResource, 'contentLength'), step.id).toBe(bytes.length)
        const before = bytesOf(recording.steps[i] as Step, fixtures)
        expect(md5(bytes), step.id).not.toBe(md5(before as Buffer))
      })
      expect(checked).toBeGreaterThan(30)
    })

    it('tells the same length wherever the same file is shown', () => {
      const told = transform(recording, fixtures, 7)
      const pdf = told.recording.steps.find(({ id }) => id === 'file.upload.document') as Step
      const length = bytesOf(pdf, told.fixtures)?.length
      const step = (id: string) => told.recording.steps.find((s) => s.id === id)?.response
      expect(at(step('file.get.fields')?.json, 'contentLength')).toBe(length)
      expect(step('file.data')?.bytes).toBe(length)
      expect(step('file.data')?.headers['content-length']).toBe(String(length))
      expect(step('file.data.head')?.headers['content-length']).toBe(String(length))
      expect(step('file.data.head')?.headers['content-disposition']).toBe(
        `filename=${pdf.request?.multipart?.[0]?.filename}`,
      )
      expect(step('document.data.uploaded')?.bytes).toBe(length)
      expect(step('tracker.te.file')?.bytes).toBe(length)
      const rows = at(step('file.list.fields')?.json, 'fileResources') as { contentLength: number }[]
      expect(rows.map((row) => row.contentLength)).toEqual([expect.any(Number), length, 10_000_000])
      expect(rows[0]?.contentLength).toBeLessThan(length ?? 0)
    })

    it('cuts the error of a missing blob to the new length', () => {
      const told = transform(recording, fixtures, 7)
      const response = told.recording.steps.find(({ id }) => id === 'document.data.pending')?.response
      if (!/^2\.4[23]/.test(recording.dhis2)) return expect(at(response?.json, 'message')).toMatch(/^key '/)
      const upload = told.recording.steps.find(({ id }) => id === 'file.upload.data-value.fake-png') as Step
      const length = bytesOf(upload, told.fixtures)?.length ?? 0
      expect(response?.bytes).toBe(length)
      expect(response?.headers['content-length']).toBe(String(length))
      const json =
        '{"httpStatus":"Internal Server Error","httpStatusCode":500,"status":"ERROR","message":"key \'dataValue/'
      expect(response?.md5).toBe(md5(Buffer.from(json.slice(0, length))))
    })

    it('makes the messages quote what the requests say now', () => {
      const told = transform(recording, fixtures, 7).recording
      const step = (id: string) => told.steps.find((s) => s.id === id) as Step
      const message = (id: string) => String(at(step(id).response?.json, 'message'))
      const report = (id: string, index: number) =>
        (at(step(id).response?.json, 'response.errorReports') as Record<string, Json>[])[index] as Record<string, Json>

      const over = step('file.upload.over-size-cap').request?.multipart?.[0]?.repeat?.bytes
      expect(over).toBeGreaterThan(10_000_001)
      expect(message('file.upload.over-size-cap')).toBe(
        `File size can't be bigger than 10000000, current file size ${over}`,
      )

      const long = String(at(step('document.create.long-name').request?.json, 'name')).length
      expect(long).toBeGreaterThan(230)
      expect(report('document.create.long-name', 0)).toMatchObject({
        message: `Maximum length of property \`name\`is 230, but given length was ${long}`,
        args: ['name', '230', String(long)],
        errorProperties: ['name', 230, long],
      })

      const made = step('document.create.chosen-uid').request?.json
      const [uid, name, code] = [at(made, 'id'), at(made, 'name'), at(made, 'code')]
      expect(step('document.create.chosen-uid').response?.headers.location).toBe(`{{base}}/api/documents/${uid}`)
      expect(report('document.create.chosen-uid.again', 0).message).toContain(`object was ${name} [${uid}] (Document).`)
      const twin = at(step('document.create.duplicate-code').request?.json, 'name')
      expect(report('document.create.duplicate-code', 0).message).toBe(
        `Property \`code\` with value \`${code}\` on object ${twin} [{{uid}}] (Document) already exists on object ${uid}`,
      )
      const key = at(step('icon.create').request?.json, 'key')
      expect(message('icon.create')).toBe(`Icon created with key ${key}`)
      expect(step('icon.data').request?.path).toBe(`/api/icons/${key}/icon`)

      const period = new URLSearchParams(step('value.file.bad-period').request?.path.split('?')[1]).get('pe') ?? ''
      expect(message('value.file.bad-period')).toContain(`\`${period}\``)
      if (message('value.file.bad-period').includes('found:'))
        expect(message('value.file.bad-period')).toContain(`found: \`${period.charAt(0)}\``)

      const bare = step('message.send.bare-uid-attachment')
      const column = Number(/column: (\d+)/.exec(message('message.send.bare-uid-attachment'))?.[1])
      const before = recording.steps.find(({ id }) => id === bare.id) as Step
      const position = (s: Step) => JSON.stringify(s.request?.json).indexOf('"{{')
      expect(column - position(bare)).toBe(79 - position(before))
    })

    it('still finds by its filters what it found, in the same order', () => {
      for (const seed of SEEDS) {
        const told = transform(recording, fixtures, seed).recording
        const listed = (id: string) =>
          (
            at(told.steps.find((s) => s.id === id)?.response?.json, 'documents') as {
              name?: string
              displayName?: string
            }[]
          ).map((row) => row.name ?? row.displayName ?? '')
        const sorted = (names: string[]) => [...names].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
        expect(listed('document.list')).toEqual(sorted(listed('document.list')))
        expect(listed('bulk.get')).toEqual(sorted(listed('bulk.get')))
        expect(listed('document.list.ilike-or')).toEqual(sorted(listed('document.list.ilike-or')).reverse())
        const path = told.steps.find((s) => s.id === 'document.list.like')?.request?.path ?? ''
        const part = /name:like:(\w+)/.exec(path)?.[1] ?? '?'
        expect(listed('document.list.like')).toEqual([expect.stringContaining(part)])
        expect(listed('document.list').filter((name) => name.includes(part))).toEqual(listed('document.list.like'))
      }
    })

    it('is the same for the same seed, and another for another', () => {
      expect(transform(recording, fixtures, 5)).toEqual(transform(recording, fixtures, 5))
      expect(JSON.stringify(transform(recording, fixtures, 5).recording)).not.toBe(
        JSON.stringify(transform(recording, fixtures, 6).recording),
      )
    })

    it('shuffles parameters, members and the case of header names', () => {
      const told = SEEDS.map((seed) => transform(recording, fixtures, seed).recording)
      const order = (id: string) =>
        new Set(told.map(({ steps }) => steps.find((s) => s.id === id)?.request?.path.replace(/=[^&]*/g, '')))
      expect(order('document.list.page').size).toBeGreaterThan(1)
      const members = told.map(({ steps }) =>
        Object.keys(steps.find((s) => s.id === 'document.create.chosen-uid')?.request?.json ?? {}).join(),
      )
      expect(new Set(members).size).toBeGreaterThan(1)
      const headers = told.map(({ steps }) =>
        Object.keys(steps.find((s) => s.id === 'file.data.range-ignored')?.request?.headers ?? {}).join(),
      )
      expect(new Set(headers)).toEqual(new Set(['Range', 'range']))
      // a header that is taken away is found by the name it was given
      for (const { steps } of told)
        expect(steps.find((s) => s.id === 'access.anonymous.browser')?.request?.headers).toEqual({
          'X-Requested-With': null,
        })
    })
  },
)

describe('withComment', () => {
  it.each(Object.keys(fixtures))('changes %s and keeps it a file of its kind', (name) => {
    const old = fixtures[name] as Buffer
    const fresh = withComment(old, new Random(1))
    expect(fresh.length).toBeGreaterThan(old.length)
    // the bytes that say what it is
    expect(fresh.subarray(0, 4)).toEqual(old.subarray(0, 4))
    expect(fresh.subarray(-2)).toEqual(old.subarray(-2))
    if (name.endsWith('.png')) expect(chunks(fresh)).toEqual(['IHDR', 'tEXt', ...chunks(old).slice(1)])
    if (name.endsWith('.jpg')) expect(segments(fresh)).toEqual([segments(old)[0], 0xfe, ...segments(old).slice(1)])
    if (name.endsWith('.pdf')) {
      const offset = Number(/startxref\s+(\d+)/.exec(fresh.toString('latin1'))?.[1])
      expect(fresh.toString('latin1', offset, offset + 4)).toBe('xref')
    }
  })

  it('knows no other kinds', () => {
    expect(() => withComment(Buffer.from('plain text'), new Random(1))).toThrow('No way is known')
  })
})

function chunks(png: Buffer): string[] {
  const names: string[] = []
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) names.push(png.toString('latin1', at + 4, at + 8))
  return names
}

function segments(jpeg: Buffer): number[] {
  const markers: number[] = []
  for (let at = 2; jpeg[at + 1] !== 0xda; at += 2 + jpeg.readUInt16BE(at + 2)) markers.push(jpeg[at + 1] as number)
  return markers
}

describe('file names', () => {
  it('keep their extension, its case, and the folders before them', () => {
    const random = new Random(3)
    expect(freshFileName('RUN.EXE', random)).toMatch(/^[A-Z0-9 ._-]+\.EXE$/)
    expect(freshFileName('../../etc/passwd.txt', random)).toMatch(/^\.\.\/\.\.\/[a-z]+\/[a-z0-9 ._-]+\.txt$/)
    expect(freshFileName('report.pdf', random)).not.toBe('report.pdf')
  })

  it.each([
    ['; filename="f.txt"; filename*=UTF-8\'\'a%3Bb%26c%25d.txt', 'a;b&c%d.txt', /^.;.&.%.\.txt$/],
    ['; filename="a%22b.txt"', 'a%22b.txt', /^.%22.\.txt$/],
    ['; filename="a\\"b.txt"', 'a"b.txt', /^."..txt$/],
    ['; filename=" a .txt"', ' a .txt', /^ . \.txt$/],
    ["; filename*=UTF-8''%C3%A9.txt", 'é.txt', /^[à-ü]\.txt$/],
    ['; filename="😀.txt"', '😀.txt', /^[^\p{ASCII}]\.txt$/u],
  ])('of the form %s keep it', (disposition, name, form) => {
    const fresh = freshDisposition({ disposition, name }, false, new Random(9))
    expect(fresh.name).toMatch(form)
    expect(fresh.name).not.toBe(name)
    expect(fresh.disposition).not.toBe(disposition)
    expect(Buffer.byteLength(fresh.disposition)).toBe(Buffer.byteLength(disposition))
    const [, star] = /filename\*=UTF-8''([^;]*)/.exec(fresh.disposition) ?? []
    if (star !== undefined) expect(decodeURIComponent(star)).toBe(fresh.name)
  })

  it('that are there for their length stay on their side of the limit', () => {
    const named = (count: number) => `; filename="${'n'.repeat(count)}.txt"`
    for (let seed = 1; seed < 60; seed++) {
      const length = (old: { disposition: string; name: string | undefined }, tooLong: boolean) =>
        freshDisposition(old, tooLong, new Random(seed)).disposition.length - named(0).length
      expect(length({ disposition: named(200), name: `${'n'.repeat(200)}.txt` }, false)).toBeLessThanOrEqual(226)
      const refused = length({ disposition: named(300), name: undefined }, true)
      expect(refused).toBeGreaterThan(230)
      expect(refused).toBeLessThan(430)
      expect(length({ disposition: named(450), name: undefined }, false)).toBeGreaterThan(450)
    }
  })
})

describe('Vocabulary', () => {
  it('keeps the order of words, their case, and where a part is found', () => {
    for (let seed = 1; seed < 30; seed++) {
      const words = new Vocabulary(['Annual report 2026', 'Chosen', 'Handbook', 'clerk'], new Random(seed))
      const names = ['Annual report', 'Chosen', 'Handbook'].map((name) => words.rewrite(name))
      expect([...names].sort()).toEqual(names)
      expect(words.rewrite('CLERK')).toBe(words.rewrite('clerk').toUpperCase())
      expect(words.rewrite('Handbook')).toContain(words.rewritePart('Hand', ['Chosen', 'Handbook']))
      expect(words.rewrite('clerk 2026')).toMatch(/^[a-z]{7} \d{4}$/)
      expect(words.rewrite('clerk 2026')).not.toContain('2026')
    }
  })
})
