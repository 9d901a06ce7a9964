import { describe, expect, it } from 'vitest'
import { bytesSource, type ByteSource } from '../../src/bytes/source.js'
import {
  downloadDocument,
  renameDocument,
  replaceDocument,
  uploadDocument,
  type UploadDocumentOptions,
} from '../../src/files/document-files.js'
import { json, objectReport, refusal } from '../doubles/answers.js'
import { CountingSignal } from '../doubles/counting-signal.js'
import { failure, rejection } from '../doubles/failure.js'
import { FakeDhis2, ME, md5Of } from '../doubles/fake-dhis2.js'
import { filesContext } from '../doubles/files-context.js'

const DOC = 'DocAbcDef01'
const FILE = 'FileAbcDe01'
const PRIVATE = { owner: ME, public: '--------', users: { u1: { id: 'u1', access: 'r-------' } }, userGroups: {} }
const SHARE = `PUT documents/${DOC}/sharing`

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const report = (content = 'report'): ByteSource =>
  bytesSource(text(content), { name: 'report.txt', type: 'text/plain' })
const stream = (content = 'report'): ReadableStream<Uint8Array> => new Blob([content]).stream()

const upload = (
  server: FakeDhis2,
  options: Partial<UploadDocumentOptions> = {},
  data: ByteSource | ReadableStream<Uint8Array> = report(),
) => uploadDocument(filesContext(server), data, { name: 'Handbook', ...options })

describe('uploading a document', () => {
  it('makes the document only after its file is stored', async () => {
    const server = new FakeDhis2()
    const { uid, name, fileResource } = await upload(server)
    expect(name).toBe('Handbook')
    expect(server.documents.get(uid)).toMatchObject({ name: 'Handbook', url: fileResource.id, external: false })
    expect(fileResource).toMatchObject({ name: 'report.txt', contentMd5: md5Of('report'), storageStatus: 'STORED' })
    expect(server.lines()).toEqual([
      `POST fileResources?domain=DOCUMENT&uid=${fileResource.id}`,
      `GET fileResources/${fileResource.id}`,
      'POST documents',
    ])
  })

  it('that need not be stored costs two requests', async () => {
    const server = new FakeDhis2()
    await upload(server, { until: 'accepted' })
    expect(server.changes()).toHaveLength(2)
    expect(server.received).toHaveLength(2)
  })

  it('names the file by the document where the data has no name', async () => {
    const server = new FakeDhis2()
    const { fileResource } = await upload(server, {}, stream())
    expect(fileResource.name).toBe('Handbook')
  })

  it.each([{ name: '' }, { uid: 'short' }, { fileResource: 'short' }])(
    'refuses %j before anything is sent',
    async (options) => {
      const server = new FakeDhis2()
      expect(await rejection(upload(server, options))).toBeInstanceOf(TypeError)
      expect(server.received).toEqual([])
    },
  )

  it('with a uid can be done again, and makes one document and one file', async () => {
    const server = new FakeDhis2()
    const first = await upload(server, { uid: DOC })
    const second = await upload(server, { uid: DOC })
    expect(second.fileResource.id).toBe(first.fileResource.id)
    expect([server.files.size, server.documents.size]).toEqual([1, 1])
  })

  it('with the uid of a deleted document of other bytes gives it a file of its own', async () => {
    const server = new FakeDhis2()
    const first = await upload(server, { uid: DOC })
    server.documents.delete(DOC)
    const second = await upload(server, { uid: DOC }, report('other'))
    expect(second.fileResource.id).not.toBe(first.fileResource.id)
    expect(second.fileResource.contentMd5).toBe(md5Of('other'))
  })

  it('with the uid of a document whose file stays taken gives it a file of its own', async () => {
    const server = new FakeDhis2()
    const first = await upload(server, { uid: DOC })
    server.documents.delete(DOC)
    const second = await upload(server, { uid: DOC })
    expect(second.fileResource.id).not.toBe(first.fileResource.id)
    expect(server.documents.get(DOC)?.url).toBe(second.fileResource.id)
  })

  it('with a uid whose file stays taken tells so of a stream, which cannot be sent again', async () => {
    const server = new FakeDhis2()
    const { fileResource } = await upload(server, { uid: DOC }, stream())
    server.documents.delete(DOC)
    const error = await failure(upload(server, { uid: DOC }, stream()))
    expect(error).toMatchObject({ errorCode: 'E4016', fileResource: fileResource.id })
  })

  it('with the uid of another document uploads no second file for it', async () => {
    const server = new FakeDhis2()
    await upload(server, { uid: DOC })
    // the reports come by their codes
    server.trouble = (line) =>
      line === 'POST documents' ? objectReport(409, ['E4016', 'taken'], ['E5000', 'Found matching object']) : undefined
    expect(await failure(upload(server, { uid: DOC, name: 'Other' }))).toMatchObject({ code: 'already-exists' })
    expect(server.files.size).toBe(1)
  })

  it('under every lost answer makes one document and one file', async () => {
    for (const lost of [1, 2, 3]) {
      const server = new FakeDhis2()
      server.trouble = (line, time) => (line.startsWith('POST') && time <= lost ? 'answer-lost' : undefined)
      await upload(server)
      expect([server.files.size, server.documents.size]).toEqual([1, 1])
    }
  })
})

describe('a document that is not made after its file', () => {
  const refusing = (): FakeDhis2 => {
    const server = new FakeDhis2()
    server.trouble = (line, time) => (line === 'POST documents' && time === 1 ? refusal(403, 'no', 'E1006') : undefined)
    return server
  }

  it('gives an error that carries the file, and the call with it finishes without sending the bytes again', async () => {
    const server = refusing()
    const error = await failure(upload(server, { uid: DOC }))
    expect(error).toMatchObject({ code: 'forbidden', errorCode: 'E1006', document: DOC })
    const [id] = server.files.keys()
    expect(error.fileResource).toBe(id)
    expect(error.message).toContain(`pass { fileResource: '${id}' } to finish without sending it again.`)
    server.received.length = 0
    const made = await upload(server, { uid: DOC, fileResource: error.fileResource })
    expect(made.fileResource.id).toBe(id)
    expect(server.changes()).toEqual(['POST documents'])
  })

  it('is finished with a stream too', async () => {
    const server = refusing()
    const { fileResource } = await failure(upload(server, {}, stream()))
    expect((await upload(server, { fileResource }, stream())).fileResource.id).toBe(fileResource)
  })

  it('is not finished with other bytes', async () => {
    const server = refusing()
    const { fileResource } = await failure(upload(server))
    const error = await failure(upload(server, { fileResource }, report('rep0rt')))
    expect(error).toMatchObject({ code: 'conflict', fileResource })
    expect(error.message).toContain(md5Of('rep0rt'))
    expect(server.documents.size).toBe(0)
  })

  it('is not finished with bytes that cannot be read', async () => {
    const server = refusing()
    const { fileResource } = await failure(upload(server))
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('disk failed')) })
    const error = await failure(upload(server, { fileResource }, broken))
    expect(error.message).toContain('the bytes to send cannot be read: disk failed')
  })

  it('is finished by sending the bytes under that uid where there are none', async () => {
    const server = new FakeDhis2()
    expect((await upload(server, { fileResource: FILE })).fileResource.id).toBe(FILE)
    expect(server.files.size).toBe(1)
  })

  it('rejects with the reason of an abort as it is', async () => {
    const server = new FakeDhis2()
    const caller = new CountingSignal()
    server.trouble = (line) => {
      if (line === 'POST documents') caller.controller.abort('enough')
      return undefined
    }
    expect(await rejection(upload(server, { signal: caller.signal }))).toBe('enough')
    expect(caller.listeners).toBe(0)
  })
})

describe('a document’s sharing', () => {
  it('is put right after creation, with us as owner, and read back', async () => {
    const server = new FakeDhis2()
    await upload(server, { uid: DOC, sharing: { public: '--------', users: PRIVATE.users } })
    expect(server.documents.get(DOC)?.sharing).toEqual(PRIVATE)
    const { id } = [...server.files.values()][0] ?? {}
    expect(server.lines()).toEqual([
      'GET me?fields=id,username,authorities',
      `POST fileResources?domain=DOCUMENT&uid=${id}`,
      `GET fileResources/${id}`,
      'POST documents',
      SHARE,
      `GET documents/${DOC}?fields=sharing`,
    ])
  })

  it('that cannot be put takes the document with it', async () => {
    const server = new FakeDhis2()
    server.trouble = (line) => (line === SHARE ? refusal(403, 'no') : undefined)
    const error = await failure(upload(server, { uid: DOC, sharing: PRIVATE }))
    expect(error).toMatchObject({ code: 'forbidden', document: DOC, sharing: PRIVATE })
    expect(error.message).toMatch(
      /The document was deleted again, because it was open to everyone without its sharing; its file resource is \w+\.$/,
    )
    expect(server.documents.size).toBe(0)
    expect(server.files.has(error.fileResource ?? '')).toBe(true)
  })

  it('that cannot be put, and a document that cannot be deleted, are said', async () => {
    const server = new FakeDhis2()
    server.trouble = (line) => (line === SHARE || line.startsWith('DELETE') ? refusal(403, 'no') : undefined)
    const error = await failure(upload(server, { uid: DOC, sharing: PRIVATE }))
    expect(error).toMatchObject({ code: 'forbidden', document: DOC, sharing: PRIVATE })
    expect(error.message).toContain(
      `The document ${DOC} is open to everyone: share it with shareDocument(uid, error.sharing), or delete it.`,
    )
  })

  it('that cannot be put takes no document with it that was there before', async () => {
    const server = new FakeDhis2()
    await upload(server, { uid: DOC })
    server.trouble = (line) => (line === SHARE ? refusal(403, 'no') : undefined)
    const error = await failure(upload(server, { uid: DOC, sharing: PRIVATE }))
    expect(error.message).toContain('was there before this call and stays')
    expect(server.documents.has(DOC)).toBe(true)
  })

  it('that cannot be put takes no document with it that may have been there before a doubt', async () => {
    const server = new FakeDhis2()
    await upload(server, { uid: DOC })
    server.trouble = (line, time) =>
      line === SHARE ? refusal(403, 'no') : line === 'POST documents' && time === 2 ? '502' : undefined
    const error = await failure(upload(server, { uid: DOC, sharing: PRIVATE }))
    expect(error.message).toContain(`The document ${DOC} is open to everyone`)
    expect(server.documents.has(DOC)).toBe(true)
  })

  it('that cannot be put takes a document of our own uid with it after a doubt', async () => {
    const server = new FakeDhis2()
    server.trouble = (line, time) =>
      line.endsWith('/sharing')
        ? refusal(403, 'no')
        : line === 'POST documents' && time === 1
          ? 'answer-lost'
          : undefined
    const error = await failure(upload(server, { sharing: PRIVATE }))
    expect(error.message).toContain('The document was deleted again')
    expect(server.documents.size).toBe(0)
  })

  it('that the caller aborts takes the document with it, without the caller', async () => {
    const server = new FakeDhis2()
    const caller = new CountingSignal()
    server.trouble = (line) => {
      if (line !== SHARE) return undefined
      caller.controller.abort('enough')
      return new Promise<Response>(() => undefined)
    }
    expect(await rejection(upload(server, { uid: DOC, sharing: PRIVATE, signal: caller.signal }))).toBe('enough')
    expect(server.documents.size).toBe(0)
  })
})

/** A private document with a file. */
function there(): FakeDhis2 {
  const server = new FakeDhis2()
  server.addFile(FILE, 'old')
  server.addDocument(DOC, FILE, { code: 'H1', contentType: 'free text', translations: [{ locale: 'fr' }] })
  return server
}

const replace = (server: FakeDhis2, options = {}, data: ByteSource | ReadableStream<Uint8Array> = report('new')) =>
  replaceDocument(filesContext(server), DOC, data, options)

describe('replacing a document’s file', () => {
  it('gives it another file, keeps the rest and its sharing, and names what is left behind', async () => {
    const server = there()
    const replaced = await replace(server)
    expect(replaced).toMatchObject({ uid: DOC, name: 'Handbook', leftBehind: FILE })
    expect(server.documents.get(DOC)).toMatchObject({
      ...{ name: 'Handbook', code: 'H1', contentType: 'free text', translations: [{ locale: 'fr' }] },
      url: replaced.fileResource.id,
      sharing: PRIVATE,
    })
    const patch = server.received.find(({ method }) => method === 'PATCH')
    expect(JSON.parse(patch?.body ?? '')).toEqual([{ op: 'add', path: '/url', value: replaced.fileResource.id }])
  })

  it('uploads nothing where the sharing could not be put back', async () => {
    const server = there()
    server.documents.get(DOC)!.access = { manage: false }
    expect(await failure(replace(server))).toMatchObject({ code: 'forbidden' })
    expect(server.changes()).toEqual([])
  })

  it('whose answer is lost is sent again; E4016 with our file is success', async () => {
    const server = there()
    server.trouble = (line, time) => (line.startsWith('PATCH') && time === 1 ? 'answer-lost' : undefined)
    const { fileResource } = await replace(server)
    expect(server.documents.get(DOC)).toMatchObject({ url: fileResource.id, sharing: PRIVATE })
    expect(server.files.size).toBe(2)
  })

  it('that is refused carries the new file, with which it is finished', async () => {
    const server = there()
    server.trouble = (line, time) => (line.startsWith('PATCH') && time === 1 ? refusal(403, 'no') : undefined)
    const error = await failure(replace(server))
    expect(error).toMatchObject({ code: 'forbidden', document: DOC })
    expect(server.documents.get(DOC)).toMatchObject({ url: FILE, sharing: PRIVATE })
    const again = await replace(server, { fileResource: error.fileResource })
    expect(again).toMatchObject({ leftBehind: FILE, fileResource: { id: error.fileResource } })
    expect(server.files.size).toBe(2)
  })

  it('that is in doubt and leaves the document open carries the new file too', async () => {
    const server = there()
    server.trouble = (line) => {
      if (line === SHARE) return refusal(403, 'no')
      if (!line.startsWith('PATCH')) return undefined
      server.documents.get(DOC)!.sharing = { public: 'rw------' }
      return 'request-lost'
    }
    const error = await failure(replace(server))
    expect(error).toMatchObject({ document: DOC, sharing: PRIVATE })
    expect(server.files.has(error.fileResource ?? '')).toBe(true)
  })

  it('carries the new file also when the sharing cannot be read before', async () => {
    const server = there()
    server.trouble = (_, __, { path }) => (path.includes('fields=sharing') ? refusal(403, 'no') : undefined)
    const error = await failure(replace(server))
    expect(server.files.has(error.fileResource ?? '')).toBe(true)
    expect(error.fileResource).not.toBe(FILE)
  })

  it('that it has already leaves nothing behind', async () => {
    const server = there()
    const replaced = await replace(server, { fileResource: FILE }, report('old'))
    expect(replaced).toMatchObject({ leftBehind: undefined, fileResource: { id: FILE } })
    expect(server.changes().filter((line) => line.startsWith('PATCH'))).toEqual([])
    expect(server.documents.get(DOC)?.sharing).toEqual(PRIVATE)
  })

  it('that is a link is unsupported', async () => {
    const server = new FakeDhis2()
    server.addDocument(DOC, 'https://example.org/a', { external: true })
    expect(await failure(replace(server))).toMatchObject({ code: 'unsupported', document: DOC })
    expect(server.changes()).toEqual([])
  })
})

const rename = (server: FakeDhis2, options = {}) => renameDocument(filesContext(server), DOC, 'New', options)

describe('renaming a document', () => {
  it('as a superuser writes the whole object without validation, and keeps its file', async () => {
    const server = there()
    expect(await rename(server)).toEqual({ uid: DOC, name: 'New', leftBehind: undefined })
    expect(server.documents.get(DOC)).toMatchObject({ name: 'New', url: FILE, code: 'H1', sharing: PRIVATE })
    expect(server.changes()).toEqual([`PUT documents/${DOC}?skipValidation=true`, SHARE])
  })

  it('as anybody else gives it a copy of its file, streamed through us', async () => {
    const server = there()
    server.authorities = ['F_DOCUMENT_PUBLIC_ADD']
    expect(await rename(server)).toEqual({ uid: DOC, name: 'New', leftBehind: FILE })
    const document = server.documents.get(DOC)
    expect(document).toMatchObject({ name: 'New', code: 'H1', contentType: 'free text', sharing: PRIVATE })
    expect(document?.url).not.toBe(FILE)
    expect(server.files.get(document?.url ?? '')).toMatchObject({
      name: 'report.pdf',
      contentType: 'application/pdf',
      bytes: text('old'),
    })
  })

  it('as anybody else does not bring back a file that somebody has replaced meanwhile', async () => {
    const server = there()
    server.authorities = ['F_DOCUMENT_PUBLIC_ADD']
    const newer = server.addFile('FileNewer01', 'newer')
    server.trouble = (line) => {
      if (line === 'POST fileResources') server.documents.get(DOC)!.url = newer.id
      return undefined
    }
    expect(await failure(rename(server))).toMatchObject({ code: 'conflict', document: DOC })
    expect(server.documents.get(DOC)).toMatchObject({ url: newer.id, sharing: PRIVATE })
  })

  it('as anybody else is unsupported for one without a file resource', async () => {
    const server = new FakeDhis2()
    server.authorities = ['F_DOCUMENT_PUBLIC_ADD']
    server.addDocument(DOC, 'handbook 2009.pdf')
    expect(await failure(rename(server))).toMatchObject({ code: 'unsupported', document: DOC })
    expect(server.changes()).toEqual([])
  })

  it('that is a link is one change', async () => {
    const server = new FakeDhis2()
    server.addDocument(DOC, 'https://example.org/a', { external: true })
    expect(await rename(server)).toEqual({ uid: DOC, name: 'New', leftBehind: undefined })
    expect(server.documents.get(DOC)).toMatchObject({ name: 'New', url: 'https://example.org/a', sharing: PRIVATE })
  })

  it.each([['ALL'], ['F_DOCUMENT_PUBLIC_ADD']])('with %s and lost answers ends well', async (authority) => {
    const server = there()
    server.authorities = [authority]
    server.trouble = (line, time) => (!line.startsWith('GET') && time === 1 ? 'answer-lost' : undefined)
    await rename(server)
    expect(server.documents.get(DOC)).toMatchObject({ name: 'New', sharing: PRIVATE })
  })

  it.each([['ALL'], ['F_DOCUMENT_PUBLIC_ADD']])(
    'with %s puts the sharing back before it looks at the result',
    async (authority) => {
      const server = there()
      server.authorities = [authority]
      server.trouble = (line, time) => (line === `GET documents/${DOC}` && time > 4 ? refusal(403, 'no') : undefined)
      await rename(server).catch(() => undefined)
      expect(server.documents.get(DOC)).toMatchObject({ name: 'New', sharing: PRIVATE })
    },
  )

  it('that has no effect is a conflict', async () => {
    const server = there()
    server.trouble = (line) => (line === `PUT documents/${DOC}` ? json({}) : undefined)
    expect(await failure(rename(server))).toMatchObject({ code: 'conflict', document: DOC })
  })

  it('whose copy breaks off is repeated as a whole, and no more often than a request is', async () => {
    const server = there()
    server.authorities = []
    server.trouble = (line) => (line.endsWith('/data') ? 'request-lost' : undefined)
    expect(await failure(rename(server))).toMatchObject({ code: 'network' })
    expect(server.lines().filter((line) => line.endsWith('/data'))).toHaveLength(4)
    expect(server.changes().filter((line) => !line.startsWith('POST'))).toEqual([])
  })

  it('that is refused says which copy is left', async () => {
    const server = there()
    server.authorities = []
    server.trouble = (line) => (line.startsWith('PATCH') ? refusal(403, 'no') : undefined)
    const error = await failure(rename(server))
    expect(error.message).toMatch(/A copy of its file is left as file resource \w{11}\.$/)
    expect(error.message).not.toContain('pass {')
  })

  it('without a name is misuse', async () => {
    expect(await rejection(renameDocument(filesContext(there()), DOC, ''))).toBeInstanceOf(TypeError)
  })
})

describe('downloading a document', () => {
  it('gives its file by its metadata, before bytes are asked for', async () => {
    const server = there()
    const download = await downloadDocument(filesContext(server), DOC)
    expect(download).toMatchObject({
      kind: 'file',
      name: 'report.pdf',
      type: 'application/pdf',
      size: 3,
      md5: md5Of('old'),
    })
    expect(server.lines()).toEqual([`GET documents/${DOC}?fields=*`, `GET fileResources/${FILE}`])
    if (download.kind === 'file') expect(new TextDecoder().decode(await download.bytes())).toBe('old')
    expect(server.lines().at(-1)).toBe(`GET documents/${DOC}/data`)
  })

  it('gives a link without asking for bytes', async () => {
    const server = new FakeDhis2()
    server.addDocument(DOC, 'https://example.org/a', { external: true })
    const link = await downloadDocument(filesContext(server), DOC)
    expect(link).toMatchObject({ kind: 'external', url: 'https://example.org/a', name: 'Handbook' })
    expect(server.received).toHaveLength(1)
  })

  it('without verifying asks for no file resource', async () => {
    const server = there()
    const download = await downloadDocument(filesContext(server), DOC, { verify: false })
    expect(download).toMatchObject({ name: 'Handbook', size: undefined, md5: undefined })
    expect(server.received).toHaveLength(1)
  })

  it.each(['report.pdf', 'FileAbcDe02'])(
    'from before there were file resources (url %s) gives what is known',
    async (url) => {
      const server = there()
      server.documents.get(DOC)!.url = url
      expect(await downloadDocument(filesContext(server), DOC)).toMatchObject({ name: 'Handbook', size: undefined })
    },
  )

  it('that is not there is not-found', async () => {
    expect(await failure(downloadDocument(filesContext(new FakeDhis2()), DOC))).toMatchObject({ code: 'not-found' })
  })
})
