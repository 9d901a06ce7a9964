import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createUid, type Dhis2Error, type FileDownload } from '../../src/node.js'
import { describeTargets } from './targets.js'

const md5 = (bytes: Uint8Array | string): string => createHash('md5').update(bytes).digest('hex')
const failure = (promise: Promise<unknown>): Promise<Dhis2Error> =>
  promise.then(
    () => expect.fail('it did not fail'),
    (error: Dhis2Error) => error,
  )

describeTargets('documents', (target) => {
  test('an uploaded document comes back byte for byte, with its own name and type', async () => {
    const { client, prefix } = target
    const name = `${prefix}Annual report`
    const data = new File(['%PDF-1.4 report'], `${prefix}تقرير سنوي.pdf`, { type: 'application/pdf' })
    const made = await client.files.uploadDocument(data, { name, code: createUid() })
    target.made(made.uid)
    expect(made.fileResource).toMatchObject({ storageStatus: 'STORED', domain: 'DOCUMENT', name: data.name })

    const download = (await client.files.downloadDocument(made.uid)) as FileDownload
    expect(download).toMatchObject({ kind: 'file', name: data.name, type: 'application/pdf', size: data.size })
    expect(md5(await download.bytes())).toBe(md5('%PDF-1.4 report'))
    expect((await download.blob()).type).toBe('application/pdf')

    const folder = await mkdtemp(path.join(tmpdir(), 'd2f-'))
    try {
      const saved = await download.saveTo(folder)
      expect(path.dirname(saved.path)).toBe(folder)
      expect(await readFile(saved.path, 'utf8')).toBe('%PDF-1.4 report')
      expect((await failure(download.saveTo(folder))).code).toBe('already-exists')
      expect((await readdir(folder)).length).toBe(1)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('the same upload again, with the same uids, makes one document and one file', async () => {
    const { client, prefix } = target
    const uid = createUid()
    const upload = () =>
      client.files.uploadDocument(new Blob(['once']), { name: `${prefix}once`, filename: `${prefix}once.txt`, uid })
    const first = await upload()
    target.made(uid)
    const second = await upload()
    expect(second.fileResource.id).toBe(first.fileResource.id)
    const { items } = await client.files.listDocuments({ filter: `url:eq:${first.fileResource.id}` })
    expect(items.map((d) => d.id)).toEqual([uid])
  })

  test('other bytes under a taken uid are refused and change nothing', async () => {
    const { client, prefix } = target
    const options = { name: `${prefix}mine`, filename: `${prefix}mine.txt`, uid: createUid() }
    await client.files.uploadDocument(new Blob(['mine']), options)
    target.made(options.uid)
    const error = await failure(client.files.uploadDocument(new Blob(['theirs']), options))
    expect(error.code).toBe('already-exists')
    const download = (await client.files.downloadDocument(options.uid)) as FileDownload
    expect(md5(await download.bytes())).toBe(md5('mine'))
  })

  test('a link is made, listed, changed, never downloaded by itself, and deleted', async () => {
    const { client, prefix } = target
    const link = await client.files.createExternalDocument({
      name: `${prefix}portal`,
      url: 'https://example.org/a?b=c',
    })
    target.made(link.id)
    expect(link).toMatchObject({ external: true, url: 'https://example.org/a?b=c' })
    const changed = await client.files.updateExternalDocument(link.id, { url: 'https://example.org/d' })
    expect(changed).toMatchObject({ name: `${prefix}portal`, url: 'https://example.org/d' })
    expect(await client.files.downloadDocument(link.id)).toMatchObject({
      kind: 'external',
      url: 'https://example.org/d',
    })
    await client.files.deleteDocument(link.id)
    expect((await failure(client.files.getDocument(link.id))).code).toBe('not-found')
    expect((await failure(client.files.deleteDocument(link.id))).code).toBe('not-found')
  })

  test('a URL that the server would refuse is refused before it is sent', async () => {
    const { client, prefix } = target
    const error = await failure(
      client.files.createExternalDocument({ name: `${prefix}bad`, url: 'https://example.org/a(b)' }),
    )
    expect(error).toMatchObject({ code: 'conflict', errorCode: 'E4004', status: undefined })
    expect(error.message).toContain('“(”')
  })

  test('replacing and renaming keep everything else of a document, its sharing included', async () => {
    const { client, prefix } = target
    const me = await client.system.me()
    const sharing = { owner: me.id, public: '--------', users: {}, userGroups: {} }
    const { uid, fileResource } = await client.files.uploadDocument(new Blob(['first']), {
      name: `${prefix}first`,
      filename: `${prefix}first.txt`,
      code: createUid(),
      attachment: true,
      sharing,
    })
    target.made(uid)
    const translations = [{ property: 'NAME', locale: 'fr', value: 'premier' }]
    await client.request(`api/documents/${uid}/translations`, { method: 'PUT', json: { translations } })
    const before = await client.files.getDocument(uid)
    expect(before.sharing).toMatchObject({ public: '--------', owner: me.id })

    const replaced = await client.files.replaceDocument(uid, new Blob(['second']), { filename: `${prefix}second.txt` })
    expect(replaced).toMatchObject({ leftBehind: fileResource.id, name: `${prefix}first` })
    expect(await client.files.getFileResource(replaced.leftBehind ?? '')).toMatchObject({ id: fileResource.id })
    const renamed = await client.files.renameDocument(uid, `${prefix}renamed`)
    expect(renamed.name).toBe(`${prefix}renamed`)

    const after = await client.files.getDocument(uid)
    const changing = ['url', 'name', 'displayName', 'lastUpdated', 'lastUpdatedBy', 'access']
    const stable = (document: object): object =>
      Object.fromEntries(Object.entries(document).filter(([member]) => !changing.includes(member)))
    expect(stable(after)).toEqual(stable(before))
    const download = (await client.files.downloadDocument(uid)) as FileDownload
    expect(md5(await download.bytes())).toBe(md5('second'))
  })

  test('a list is read page by page and row by row, each row once', async () => {
    const { client, prefix } = target
    const uids = Array.from({ length: 7 }, () => createUid()).sort()
    for (const uid of uids) {
      await client.files.createExternalDocument({ uid, name: `${prefix}row ${uid}`, url: 'https://example.org' })
      target.made(uid)
    }
    const query = { filter: `name:like:${prefix}row`, pageSize: 3 }
    const page = await client.files.listDocuments({ ...query, order: 'id:desc', page: 2, fields: ['id', 'name'] })
    expect(page.items.map((d) => d.id)).toEqual([...uids].reverse().slice(3, 6))
    expect(page.pager).toEqual({ page: 2, pageSize: 3, total: 7, pageCount: 3 })
    const rows: string[] = []
    for await (const document of client.files.listDocuments(query)) rows.push(document.id)
    expect(rows).toEqual([...uids].sort((a, b) => (a < b ? -1 : 1)))
    expect((await client.files.listDocuments({ ...query, page: 9 })).items).toEqual([])
    const error = await failure(Promise.resolve(client.files.listDocuments({ filter: 'nothing:eq:1' })))
    expect(error).toMatchObject({ status: 400, errorCode: 'E1003' })
  })
})

describeTargets(
  'documents of several users',
  (target) => {
    const addUser = (authorities: readonly string[]) => {
      const username = `user${createUid()}`
      const id = createUid()
      const role = createUid()
      return target.client
        .request('api/metadata?importStrategy=CREATE', {
          method: 'POST',
          json: {
            userRoles: [{ id: role, name: role, authorities }],
            users: [{ id, username, password: 'District1-', firstName: 'A', surname: 'B', userRoles: [{ id: role }] }],
          },
        })
        .then(() => ({ id, client: target.open({ auth: { username, password: 'District1-' } }) }))
    }

    test('somebody without all authorities renames by a copy of the file, and the sharing stays', async () => {
      const { id, client } = await addUser(['F_DOCUMENT_PUBLIC_ADD', 'F_DOCUMENT_DELETE'])
      const reader = await addUser([])
      const sharing = { owner: id, public: '--------', users: { [reader.id]: { id: reader.id, access: 'r-------' } } }
      const { uid, fileResource } = await client.files.uploadDocument(new Blob(['theirs']), { name: 'theirs', sharing })
      const renamed = await client.files.renameDocument(uid, 'still theirs')
      expect(renamed.leftBehind).toBe(fileResource.id)
      const document = await client.files.getDocument(uid)
      expect(document).toMatchObject({ name: 'still theirs', sharing: { owner: id, public: '--------' } })
      expect(Object.keys(document.sharing?.users ?? {})).toEqual([reader.id])
      const download = (await reader.client.files.downloadDocument(uid)) as FileDownload
      expect(md5(await download.bytes())).toBe(md5('theirs'))
    })

    test('a user who may not put the sharing back changes nothing', async () => {
      const { client } = await addUser(['F_DOCUMENT_PUBLIC_ADD'])
      const me = await target.client.system.me()
      const sharing = { owner: me.id, public: 'r-------' }
      const { uid } = await target.client.files.uploadDocument(new Blob(['read me']), { name: 'read me', sharing })
      const log = target.emulator?.log.length ?? 0
      for (const change of [
        client.files.replaceDocument(uid, new Blob(['changed'])),
        client.files.renameDocument(uid, 'changed'),
      ]) {
        expect(await failure(change)).toMatchObject({ code: 'forbidden', document: uid })
      }
      const written = target.emulator?.log.slice(log).filter((r) => r.method !== 'GET')
      expect(written).toEqual([])
      expect((await failure(client.files.deleteDocument(uid))).code).toBe('forbidden')
    })

    test('a document that others may not see is not found, but its file is open to whoever knows its uid', async () => {
      const me = await target.client.system.me()
      const { client } = await addUser([])
      const { uid, fileResource } = await target.client.files.uploadDocument(new Blob(['private']), {
        name: 'private',
        sharing: { owner: me.id, public: '--------' },
      })
      expect((await failure(client.files.getDocument(uid))).code).toBe('not-found')
      const bytes = await (await client.files.downloadFileResource(fileResource.id)).bytes()
      expect(md5(bytes)).toBe(md5('private'))
    })

    test('a user without the authority to make documents is told so, and which file is there', async () => {
      const { client } = await addUser([])
      const error = await failure(client.files.uploadDocument(new Blob(['x']), { name: 'x' }))
      expect(error).toMatchObject({ code: 'forbidden', status: 403, errorCode: 'E1006' })
      expect(error.fileResource).toMatch(/^\w{11}$/)
      const { fileResource } = await target.client.files.uploadDocument(new Blob(['x']), {
        name: 'x',
        fileResource: error.fileResource,
      })
      expect(fileResource.id).toBe(error.fileResource)
    })
  },
  { emulator: true },
)
