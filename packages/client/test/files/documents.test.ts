import { describe, expect, it } from 'vitest'
import {
  assertName,
  createDocument,
  createExternalDocument,
  deleteDocument,
  getDocument,
  updateExternalDocument,
} from '../../src/files/documents.js'
import { objectReport, page, refusal } from '../doubles/answers.js'
import { failure, rejection } from '../doubles/failure.js'
import { FakeDhis2, ME, openSharing } from '../doubles/fake-dhis2.js'
import { filesContext } from '../doubles/files-context.js'

const DOC = 'DocAbcDef01'
const FILE = 'FileAbcDe01'
const URL_ = 'https://example.org/handbook.pdf'

function withFile(): FakeDhis2 {
  const server = new FakeDhis2()
  server.addFile(FILE, 'abc')
  return server
}

const draft = { id: DOC, name: 'Handbook', url: FILE, external: false }
const CREATE = 'POST documents'

describe('creating a document', () => {
  it('is one request', async () => {
    const server = withFile()
    expect(await createDocument(filesContext(server), { ...draft, code: 'H1', attachment: true }, {})).toBe('made')
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({ ...draft, code: 'H1', attachment: true })
    expect(server.lines()).toEqual(['POST documents'])
  })

  it.each(['answer-lost', '502-after', '500-after'] as const)(
    'whose answer is lost (%s) is sent again; E4016 with the same url and name is success',
    async (trouble) => {
      const server = withFile()
      server.trouble = (line, time) => (line === CREATE && time === 1 ? trouble : undefined)
      expect(await createDocument(filesContext(server), draft, {})).toBe('unsure')
      expect(server.documents.size).toBe(1)
    },
  )

  it('whose answer is lost is read back where repeats are off', async () => {
    const server = withFile()
    server.trouble = (line) => (line === CREATE ? 'answer-lost' : undefined)
    expect(await createDocument(filesContext(server), draft, { retry: false })).toBe('unsure')
  })

  it('of a link whose answer is lost is sent again; E5000 with the same url and name is success', async () => {
    const server = new FakeDhis2()
    server.trouble = (line, time) => (line === CREATE && time === 1 ? 'answer-lost' : undefined)
    expect(await createDocument(filesContext(server), { ...draft, url: URL_, external: true }, {})).toBe('unsure')
  })

  it('that was made by an earlier call is success, and says so', async () => {
    const server = withFile()
    await createDocument(filesContext(server), draft, {})
    expect(await createDocument(filesContext(server), draft, {})).toBe('found')
  })

  it.each<[string, object, string]>([
    ['another name', { name: 'Other' }, 'conflict'],
    ['another file', { url: 'FileAbcDe02' }, 'already-exists'],
  ])('whose uid is that of a document with %s is an error', async (_, other, code) => {
    const server = withFile()
    server.addFile('FileAbcDe02', 'other')
    server.addDocument(DOC, FILE)
    expect(await failure(createDocument(filesContext(server), { ...draft, ...other }, {}))).toMatchObject({ code })
    expect(server.documents.get(DOC)).toMatchObject({ name: 'Handbook', url: FILE })
  })

  it('whose code is taken is already-exists, by this name', async () => {
    const server = withFile()
    server.addDocument('DocAbcDef02', URL_, { external: true, code: 'H1' })
    const error = await failure(createDocument(filesContext(server), { ...draft, code: 'H1' }, {}))
    expect(error).toMatchObject({ code: 'already-exists', errorCode: 'E5003' })
    expect(error.message).toMatch(/^Cannot create document “Handbook”: POST .* answered 409 E5003: Property `code`/)
  })

  it('that is refused is not read back', async () => {
    const server = withFile()
    server.trouble = (line) => (line === CREATE ? refusal(403, 'no', 'E1006') : undefined)
    expect(await failure(createDocument(filesContext(server), draft, {}))).toMatchObject({ code: 'forbidden' })
    expect(server.lines()).toEqual(['POST documents'])
  })
})

describe('a link', () => {
  it('is made, and read back', async () => {
    const server = new FakeDhis2()
    const document = await createExternalDocument(filesContext(server), { name: 'Portal', url: URL_, code: 'P' })
    expect(document).toMatchObject({ name: 'Portal', url: URL_, external: true, code: 'P' })
  })

  it.each([
    ['ftp://example.org/a', 'it must begin with http:// or https://'],
    ['www.example.org', 'it must begin with'],
    ['https://example.org/a(1)', '“(” is not among the characters that DHIS2 takes'],
    ['https://example.org/é', '“é” is not among'],
    ['https://example.org/a b', '“ ” is not among'],
    ['https://example.org/a?', 'it must not end with'],
    ['https://example.org/a.', 'it must not end with'],
  ])('%s is refused before it is sent: %s', async (url, why) => {
    const server = new FakeDhis2()
    const error = await failure(createExternalDocument(filesContext(server), { name: 'Portal', url }))
    expect(error).toMatchObject({ code: 'conflict', errorCode: 'E4004' })
    expect(error.message).toContain(why)
    expect(server.received).toEqual([])
  })

  it.each(['secret', 'a@secret'])('is not shown with its password, %s', async (password) => {
    const url = `https://u:${password}@example.org/(`
    const error = await failure(createExternalDocument(filesContext(new FakeDhis2()), { name: 'a', url }))
    expect(error.message).not.toContain('secret')
  })

  it.each(['http://a.b', 'https://example.org/?q=a&b=%20#x_~|!:,;@+-='])('%s is taken', async (url) => {
    expect(await createExternalDocument(filesContext(new FakeDhis2()), { name: 'a', url })).toMatchObject({ url })
  })
})

describe('deleting a document', () => {
  it('is not done because a web page says 200', async () => {
    const server = new FakeDhis2()
    server.addDocument('DocAbcDef01', 'https://example.org/a', { external: true })
    server.trouble = (line) => (line.startsWith('DELETE') ? page(200, 'Sign in to this network') : undefined)
    expect(await failure(deleteDocument(filesContext(server), 'DocAbcDef01'))).toMatchObject({ code: 'protocol' })
  })
})

describe('changing a link', () => {
  function link(): FakeDhis2 {
    const server = new FakeDhis2()
    server.addDocument(DOC, URL_, { external: true })
    return server
  }

  it('sets what is given, and puts its sharing back', async () => {
    const server = link()
    const before = server.documents.get(DOC)?.sharing
    const changed = await updateExternalDocument(filesContext(server), DOC, { name: 'New', code: 'N' })
    expect(changed).toMatchObject({ name: 'New', code: 'N', url: URL_ })
    expect(server.documents.get(DOC)?.sharing).toEqual(before)
    expect(server.changes()).toEqual([`PATCH documents/${DOC}`, `PUT documents/${DOC}/sharing`])
    const patch = server.received.find(({ method }) => method === 'PATCH')
    expect(patch?.headers.get('content-type')).toBe('application/json-patch+json')
    expect(JSON.parse(patch?.body ?? '')).toEqual([
      { op: 'add', path: '/name', value: 'New' },
      { op: 'add', path: '/code', value: 'N' },
    ])
  })

  it('whose answers are all lost is success when it is as it was meant to be', async () => {
    const server = link()
    server.trouble = (line) => (line.startsWith('PATCH') ? 'answer-lost' : undefined)
    const before = server.documents.get(DOC)?.sharing
    expect(await updateExternalDocument(filesContext(server), DOC, { name: 'New' })).toMatchObject({ name: 'New' })
    expect(server.documents.get(DOC)?.sharing).toEqual(before)
  })

  it('to nothing, to an empty name or to what is no URL is misuse or refused', async () => {
    const context = filesContext(link())
    expect(await rejection(updateExternalDocument(context, DOC, {}))).toBeInstanceOf(TypeError)
    expect(await rejection(updateExternalDocument(context, DOC, { name: ' ' }))).toBeInstanceOf(TypeError)
    expect(await failure(updateExternalDocument(context, DOC, { url: 'x' }))).toMatchObject({ code: 'conflict' })
  })

  it('that is a file is unsupported, and nothing is written', async () => {
    const server = withFile()
    server.addDocument(DOC, FILE)
    const error = await failure(updateExternalDocument(filesContext(server), DOC, { name: 'New' }))
    expect(error).toMatchObject({ code: 'unsupported', document: DOC })
    expect(server.changes()).toEqual([])
  })
})

describe('deleting a document', () => {
  const DELETE = `DELETE documents/${DOC}`
  function server(): FakeDhis2 {
    const fake = withFile()
    fake.addDocument(DOC, FILE)
    return fake
  }

  it('is one request', async () => {
    const fake = server()
    await deleteDocument(filesContext(fake), DOC)
    expect(fake.lines()).toEqual([DELETE])
    expect(fake.documents.size).toBe(0)
  })

  it('that is not there is not-found on the first try', async () => {
    const fake = withFile()
    expect(await failure(deleteDocument(filesContext(fake), DOC))).toMatchObject({
      code: 'not-found',
      errorCode: 'E1005',
    })
    expect(fake.lines()).toEqual([DELETE])
  })

  it.each(['answer-lost', '502-after', '500-after'] as const)(
    'whose answer is lost (%s) is success when the repeat finds nothing',
    async (trouble) => {
      const fake = server()
      fake.trouble = (line, time) => (line === DELETE && time === 1 ? trouble : undefined)
      await deleteDocument(filesContext(fake), DOC)
      expect(fake.lines()).toEqual([DELETE, DELETE, `GET documents?fields=id&filter=id:eq:${DOC}&page=1&pageSize=1`])
    },
  )

  it('whose answer is lost is success where repeats are off', async () => {
    const fake = server()
    fake.trouble = (line) => (line === DELETE ? 'answer-lost' : undefined)
    await deleteDocument(filesContext(fake), DOC, { retry: false })
  })

  it('that never arrives is an error', async () => {
    const fake = server()
    fake.trouble = (line) => (line === DELETE ? 'request-lost' : undefined)
    expect(await failure(deleteDocument(filesContext(fake), DOC))).toMatchObject({ code: 'network', attempts: 4 })
  })

  it('that is not there is not-found when only a clear failure came before', async () => {
    const fake = withFile()
    fake.trouble = (line, time) => (line === DELETE && time === 1 ? refusal(429, 'Too many requests') : undefined)
    expect(await failure(deleteDocument(filesContext(fake), DOC))).toMatchObject({ code: 'not-found' })
  })

  it('that DHIS2 refuses without a reason is forbidden', async () => {
    const fake = server()
    fake.trouble = () => objectReport(409)
    expect(await failure(deleteDocument(filesContext(fake), DOC))).toMatchObject({ code: 'forbidden' })
  })
})

describe('a document', () => {
  it('is read with all its members', async () => {
    const server = withFile()
    server.addDocument(DOC, FILE)
    expect(await getDocument(filesContext(server), DOC)).toMatchObject({ id: DOC, sharing: { owner: ME } })
    expect(server.lines()).toEqual([`GET documents/${DOC}?fields=*`])
    expect(openSharing()).toMatchObject({ public: 'rw------' })
  })

  it.each(['', ' ', undefined, 'x'.repeat(231), '😀'.repeat(231)])('is not called %j', (name) => {
    expect(() => assertName(name)).toThrow(TypeError)
  })

  it('may have a name of 230 characters of any kind', () => {
    assertName('😀'.repeat(230))
  })
})
