import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { createUid, type Dhis2Error } from '../../src/node.js'
import { describeTargets } from './targets.js'

const FIXTURES = path.join(import.meta.dirname, '../../../../test/conformance/fixtures')
const fixture = async (name: string, type: string): Promise<File> =>
  new File([new Uint8Array(await readFile(path.join(FIXTURES, name)))], name, { type })
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')
const failure = (promise: Promise<unknown>): Promise<Dhis2Error> =>
  promise.then(
    () => expect.fail('it did not fail'),
    (error: Dhis2Error) => error,
  )

describeTargets('file resources', (target) => {
  test('a photo has its variants, and the original is what was sent', async () => {
    const photo = await fixture('photo.png', 'image/png')
    const { files } = target.client
    const resource = await files.uploadFileResource(photo, {
      filename: `${target.prefix}photo.png`,
      domain: 'ORG_UNIT',
    })
    expect(resource.storageStatus).toBe('STORED')
    const original = await (await files.downloadFileResource(resource.id)).bytes()
    expect(md5(original)).toBe(resource.contentMd5)
    const small = await (await files.downloadFileResource(resource.id, { dimension: 'SMALL' })).bytes()
    expect(small.byteLength).not.toBe(original.byteLength)
  })

  test('every domain that a client uploads into takes its file', async () => {
    const icon = await fixture('icon.png', 'image/png')
    for (const domain of ['DATA_VALUE', 'DOCUMENT', 'MESSAGE_ATTACHMENT', 'USER_AVATAR', 'ORG_UNIT', 'ICON'] as const) {
      const resource = await target.client.files.uploadFileResource(icon, {
        domain,
        filename: `${target.prefix}icon.png`,
      })
      expect(resource).toMatchObject({ domain, storageStatus: 'STORED' })
    }
  })

  test('names arrive exactly as they were given', async () => {
    const names = [
      'plain.pdf',
      'with blanks and (brackets).pdf',
      'تقرير المنطقة.pdf',
      'rapport été.pdf',
      'quote " inside.pdf',
      'back\\slash is a path'.replace('\\', '_'),
      'semi;colon.pdf',
      'percent %22 sign.pdf',
      '📷 photo.jpg.pdf',
      'e\u0301 decomposed.pdf',
      'é composed.pdf',
      `${'a'.repeat(200)}.pdf`,
      'ا'.repeat(200),
    ]
    for (const bare of names) {
      const name = target.prefix + bare
      const { id } = await target.client.files.uploadFileResource(new Blob(['x']), {
        filename: name,
        domain: 'DOCUMENT',
      })
      expect((await target.client.files.getFileResource(id)).name).toBe(name)
    }
  })

  test('a file that DHIS2 would refuse is refused before a byte is sent, by the rule it breaks', async () => {
    const { files } = target.client
    const before = target.emulator?.log.length
    const cases = [
      [files.uploadFileResource(new Blob([]), { filename: 'a.txt' }), 'E1004'],
      [files.uploadFileResource(new Blob(['x']), { filename: 'a.exe' }), 'E6101'],
      [files.uploadFileResource(new Blob(['x']), { filename: 'a.txt', contentType: 'text/html' }), 'E6101'],
      [files.uploadFileResource(new Blob([new Uint8Array(10_000_001)]), { filename: 'a.txt' }), undefined],
      [files.uploadFileResource(new Blob(['no image']), { filename: 'a.PNG', domain: 'ICON' }), undefined],
      [files.uploadFileResource(new Blob(['no image']), { filename: 'a.png', domain: 'DATA_VALUE' }), undefined],
    ] as const
    for (const [promise, errorCode] of cases) {
      const error = await failure(promise)
      expect(error).toMatchObject({ code: 'rejected-file', errorCode })
    }
    if (before !== undefined) expect(target.emulator?.log.slice(before).filter((r) => r.method === 'POST')).toEqual([])
  })

  test('without preflight the server itself refuses, and says why', async () => {
    const { files } = target.client
    const error = await failure(files.uploadFileResource(new Blob(['x']), { filename: 'a.exe', preflight: false }))
    expect(error).toMatchObject({ code: 'rejected-file', status: 409, errorCode: 'E6101' })
    const large = new Blob([new Uint8Array(10_000_001)])
    const tooLarge = await failure(files.uploadFileResource(large, { filename: 'a.txt', preflight: false }))
    expect(tooLarge).toMatchObject({ code: 'too-large', status: 409 })
    expect(tooLarge.message).toContain('max.file_upload_size')
  })

  test('with a uid of ours the same upload twice is one file, and other bytes are refused', async () => {
    const { files } = target.client
    const options = { uid: createUid(), filename: `${target.prefix}a.txt`, domain: 'DOCUMENT' } as const
    const first = await files.uploadFileResource(new Blob(['same']), options)
    expect((await files.uploadFileResource(new Blob(['same']), options)).created).toBe(first.created)
    expect((await failure(files.uploadFileResource(new Blob(['other']), options))).code).toBe('already-exists')
  })

  test('bytes of a data value are refused by uid, and the error names the routes that serve them', async () => {
    const { files } = target.client
    const { id } = await files.uploadFileResource(new Blob(['value']), { filename: `${target.prefix}v.txt` })
    const error = await failure((await files.downloadFileResource(id)).bytes())
    expect(error).toMatchObject({ code: 'forbidden', status: 403 })
    expect(error.message).toContain('/api/dataValues/files')
  })

  test('streams are sent once, counted and hashed on the way', async () => {
    const chunks = Array.from({ length: 50 }, (_, i) => new Uint8Array(20_000).fill(i))
    const stream = Readable.toWeb(Readable.from(chunks)) as ReadableStream<Uint8Array>
    const seen: number[] = []
    const resource = await target.client.files.uploadFileResource(stream, {
      filename: `${target.prefix}stream.dat`,
      domain: 'DOCUMENT',
      onProgress: ({ loaded }) => seen.push(loaded),
    })
    expect(resource.contentLength).toBe(1_000_000)
    expect(seen.at(0)).toBe(0)
    expect(seen.at(-1)).toBe(1_000_000)
    const back = await target.client.files.downloadFileResource(resource.id)
    let loaded = 0
    for await (const chunk of await back.stream()) loaded += chunk.byteLength
    expect(loaded).toBe(1_000_000)
  })

  test('what is not there is not found', async () => {
    const { files } = target.client
    expect((await failure(files.getFileResource(createUid()))).code).toBe('not-found')
    expect((await failure(files.downloadFileResource(createUid()))).code).toBe('not-found')
    expect(await files.fileResourceOwners('document/none')).toEqual([])
  })
})

describeTargets(
  'file resources without bytes',
  (target) => {
    test('a file that is never stored is waited for until the deadline, then told from one that is lost', async () => {
      const fault = target.emulator?.inject({ kind: 'never-stored', route: 'POST /api/fileResources*' })
      const { files } = target.client
      const upload = files.uploadFileResource(new Blob(['gone']), {
        filename: 'g.txt',
        domain: 'DOCUMENT',
        deadline: 300,
      })
      const error = await failure(upload)
      fault?.remove()
      expect(error).toMatchObject({ code: 'not-yet-stored', retryable: true })
      expect(error.fileResource).toBeDefined()
      const uid = error.fileResource ?? ''
      const download = await files.downloadFileResource(uid, { retry: false })
      expect((await failure(download.bytes())).code).toBe('not-yet-stored')
      const resource = target.emulator?.state.fileResources.get(uid)
      if (resource) resource['created'] = '2020-01-01T00:00:00.000'
      expect((await failure(download.bytes())).code).toBe('lost-content')
      expect((await failure(files.waitUntilStored(uid))).code).toBe('lost-content')
    })
  },
  { emulator: true },
)
