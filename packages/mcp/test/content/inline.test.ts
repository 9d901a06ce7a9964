import { Dhis2Client, type FileDownload } from '@dhis2-files/client'
import { createEmulator, type Emulator } from '@dhis2-files/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inlineBytes } from '../../src/content/inline.js'
import { withUpload } from '../../src/content/upload.js'

let emulator: Emulator
let client: Dhis2Client
let download: FileDownload

beforeAll(async () => {
  emulator = createEmulator({ version: '2.41', settings: { storageDelay: 0 } })
  client = new Dhis2Client({ baseUrl: (await emulator.serve()).url, auth: { username: 'admin', password: 'district' } })
  const { uid } = await client.files.uploadDocument(new Uint8Array(500_000).fill(7), { name: 'x', filename: 'x.dat' })
  download = (await client.files.downloadDocument(uid)) as FileDownload
})
afterAll(async () => {
  await client.close()
  await emulator.close()
})

const options = { limit: 100_000, instead: 'Do something else.', signal: new AbortController().signal }

test('a file that is larger than its metadata says is given up when the limit is passed', async () => {
  // as a copy of an image in another size, whose length nobody knows before
  const file = (await client.files.downloadFileResource(download.fileResource?.id ?? '', {
    dimension: 'SMALL',
  })) as FileDownload
  expect(file.size).toBeUndefined()
  await expect(inlineBytes(file, options)).rejects.toMatchObject({
    code: 'too-large',
    message:
      '“x.dat” has more than 100000 bytes, and 100000 bytes fit into a message (--max-inline). Do something else.',
  })
})

test('with a limit of 0 nothing is sent inside messages, and that is what is said', async () => {
  await expect(inlineBytes(download, { ...options, limit: 0 })).rejects.toThrow(
    'this server sends no files inside messages',
  )
})

test('a file of the very limit fits', async () => {
  expect(await inlineBytes(download, { ...options, limit: 500_000 })).toHaveLength(500_000)
})

test('an abort of the caller is the caller’s', async () => {
  const abort = new AbortController()
  abort.abort(new Error('mine'))
  await expect(inlineBytes(download, { ...options, limit: 500_000, signal: abort.signal })).rejects.toThrow('mine')
})

const upload = (input: object, limit = 10): Promise<string> =>
  withUpload(input, { roots: [], maxInline: limit }, async (source) => {
    const stream = (await source.open()) as ReadableStream<Uint8Array<ArrayBuffer>>
    return `${source.name} ${Buffer.from(await new Response(stream).arrayBuffer()).toString('hex')}`
  })

test.each([
  [{ filename: 'a.txt', text: 'é' }, 'a.txt c3a9'],
  [{ filename: 'a.txt', text: '' }, 'a.txt '],
  [{ filename: 'a.bin', content_base64: 'AAH/' }, 'a.bin 0001ff'],
  [{ filename: 'a.bin', content_base64: 'AAE=\n' }, 'a.bin 0001'],
])('%j is what it says', async (input, expected) => {
  expect(await upload(input)).toBe(expected)
})

test.each([
  [{}, 'Pass one of path, text and content_base64. None of them is given.'],
  [{ text: 'a', path: 'b' }, 'path and text are given'],
  [{ text: 'a' }, 'Pass filename'],
  [{ filename: 'a', content_base64: 'AAH' }, 'is not base64, or was cut'],
  [{ filename: 'a', content_base64: 'A=AA' }, 'is not base64'],
  [{ filename: 'a', content_base64: 'AA-_' }, 'is not base64'],
  [{ filename: 'a', text: 'ééééééé' }, 'The file has 14 bytes, and 10 bytes fit into a message'],
  [{ filename: 'a', content_base64: 'AAAAAAAAAAAAAAAA' }, 'The file has 12 bytes'],
  [{ filename: 'a', path: 'b' }, '--root DIR'],
])('%j is refused', async (input, why) => {
  await expect(upload(input)).rejects.toThrow(why)
})
