import { describe, expect, it, vi } from 'vitest'
import { bytesSource, type ByteSource } from '../../src/bytes/source.js'
import { uploadFile, type UploadOptions } from '../../src/files/upload.js'
import type { FileResourceDomain } from '../../src/models/file-resource.js'
import type { Platform } from '../../src/platform.js'
import { json, page, refusal } from '../doubles/answers.js'
import { CountingSignal } from '../doubles/counting-signal.js'
import { failure, rejection } from '../doubles/failure.js'
import { FakeDhis2, md5Of } from '../doubles/fake-dhis2.js'
import { type ContextOptions, filesContext } from '../doubles/files-context.js'

const UID = 'FileAbcDe01'
const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const report = (): ByteSource => bytesSource(text('report'), { name: 'report.txt', type: 'text/plain' })

type Options = UploadOptions & { readonly domain?: FileResourceDomain }

async function upload(server: FakeDhis2, options: Options = {}, context: ContextOptions = {}) {
  return uploadFile(filesContext(server, context), report(), { domain: 'DOCUMENT', ...options })
}

/** A stream that can be read once, and knows whether it was cancelled. */
function stream(...chunks: (string | Uint8Array)[]) {
  const cancel = vi.fn()
  const rest = chunks.map((chunk) => (typeof chunk === 'string' ? text(chunk) : chunk))
  const readable = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = rest.shift()
        if (chunk === undefined) controller.close()
        else controller.enqueue(chunk)
      },
      cancel,
    },
    { highWaterMark: 0 },
  )
  return Object.assign(readable, { cancelled: cancel })
}

const POST = 'POST fileResources'

describe('an upload', () => {
  it('is sent under a uid of ours with its name and type, waited for, and given as it is then', async () => {
    const server = new FakeDhis2()
    const file = await upload(server)
    expect(file).toMatchObject({
      name: 'report.txt',
      contentType: 'text/plain',
      domain: 'DOCUMENT',
      storageStatus: 'STORED',
    })
    expect(file.contentMd5).toBe(md5Of('report'))
    expect(server.lines()).toEqual([
      `POST fileResources?domain=DOCUMENT&uid=${file.id}`,
      `GET fileResources/${file.id}`,
    ])
    expect([...server.files.values()].map(({ bytes }) => new TextDecoder().decode(bytes))).toEqual(['report'])
  })

  it('takes the caller’s uid, name and type', async () => {
    const server = new FakeDhis2()
    const file = await upload(server, { uid: UID, filename: 'other.csv', contentType: 'text/csv' })
    expect(file).toMatchObject({ id: UID, name: 'other.csv', contentType: 'text/csv' })
  })

  it('that need not be stored costs one request', async () => {
    const server = new FakeDhis2()
    expect(await upload(server, { until: 'accepted' })).toMatchObject({ storageStatus: 'PENDING' })
    expect(server.received).toHaveLength(1)
  })

  it('of a malformed uid is not sent', async () => {
    const server = new FakeDhis2()
    expect(await rejection(upload(server, { uid: 'short' }))).toBeInstanceOf(TypeError)
    expect(server.received).toEqual([])
  })

  it('that is refused by preflight is not sent, and its stream is let go', async () => {
    const server = new FakeDhis2()
    const data = stream('x'.repeat(1000), 'y')
    const error = await failure(uploadFile(filesContext(server), data, { filename: 'virus.exe' }))
    expect(error).toMatchObject({ code: 'rejected-file', errorCode: 'E6101' })
    await vi.waitFor(() => expect(data.cancelled).toHaveBeenCalledWith(error))
    expect(server.received).toEqual([])
  })

  it('is judged by the server where preflight is off', async () => {
    const server = new FakeDhis2()
    server.trouble = () => refusal(409, 'File type not allowed', 'E6101')
    const error = await failure(upload(server, { filename: 'virus.exe', preflight: false }))
    expect(error).toMatchObject({ code: 'rejected-file', status: 409 })
    expect(error.message).toMatch(/^Cannot upload “virus\.exe”: POST /)
  })

  it('whose bytes arrive otherwise is damaged', async () => {
    const server = new FakeDhis2()
    server.trouble = (line) => {
      if (line !== POST) return undefined
      const fileResource = {
        id: UID,
        name: 'report.txt',
        contentType: 'x',
        contentLength: 6,
        contentMd5: md5Of('rep0rt'),
        storageStatus: 'PENDING',
        domain: 'DOCUMENT',
      }
      return json({ response: { fileResource } }, 202)
    }
    const error = await failure(upload(server))
    expect(error).toMatchObject({ code: 'integrity', fileResource: UID, retryable: false })
    expect(error.message).toContain(
      `6 bytes with MD5 ${md5Of('report')} were sent, file resource ${UID} has 6 with ${md5Of('rep0rt')}`,
    )
  })

  it('that the server encodes anew is not compared', async () => {
    const server = new FakeDhis2()
    server.trouble = (line, time) => {
      if (line.startsWith('GET fileResources') && time === 1)
        for (const file of server.files.values()) file.bytes = text('encoded')
      return undefined
    }
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0])
    const data = bytesSource(png, { name: 'icon.png', type: 'image/png' })
    expect(await uploadFile(filesContext(server), data, { domain: 'ICON' })).toMatchObject({ contentLength: 7 })
  })

  it('that the server encodes anew is not compared, however its domain is written', async () => {
    const server = new FakeDhis2()
    server.trouble = (line) => {
      if (line !== POST) return undefined
      const made = { ...{ id: UID, name: 'a.png', contentType: 'image/png', contentMd5: md5Of('x') }, contentLength: 1 }
      const response = { fileResource: { ...made, domain: 'ICON', storageStatus: 'PENDING' } }
      return json({ httpStatus: 'Accepted', status: 'OK', response }, 202)
    }
    const data = new File([Buffer.from('89504e470d0a1a0a00', 'hex')], 'a.png', { type: 'image/png' })
    const options = { domain: 'icon', uid: UID, until: 'accepted' } as const
    expect(await uploadFile(filesContext(server), data, options)).toMatchObject({ id: UID })
  })

  it('that is not stored in time carries its file resource', async () => {
    const server = new FakeDhis2()
    server.storesAs = 'PENDING'
    expect(await failure(upload(server, { uid: UID, deadline: 500 }))).toMatchObject({
      code: 'not-yet-stored',
      fileResource: UID,
    })
  })

  it.each([{}, { response: {} }, { response: { fileResource: { id: 7 } } }, []])(
    'answered by %j is a protocol error',
    async (body) => {
      const server = new FakeDhis2()
      server.trouble = (line) => (line === POST ? json(body, 202) : undefined)
      expect(await failure(upload(server))).toMatchObject({ code: 'protocol' })
    },
  )

  it('tells its progress, which starts anew when the bytes are sent again', async () => {
    const server = new FakeDhis2()
    server.trouble = (line, time) => (line === POST && time === 1 ? '502' : undefined)
    const told: number[] = []
    await upload(server, { onProgress: ({ loaded }) => told.push(loaded) })
    expect(told).toEqual([0, 6, 0, 6])
  })

  it('that is aborted rejects with the reason, and leaves no listener', async () => {
    const caller = new CountingSignal()
    const server = new FakeDhis2()
    server.trouble = () => {
      caller.controller.abort('enough')
      return undefined
    }
    expect(await rejection(upload(server, { signal: caller.signal }))).toBe('enough')
    expect(caller.listeners).toBe(0)
    expect(await rejection(upload(server, { signal: caller.signal }))).toBe('enough')
  })
})

describe('an upload whose answer is lost', () => {
  it.each(['answer-lost', '502-after', '500-after'] as const)(
    '(%s) is sent again under the same uid, and E1119 with equal bytes is success',
    async (trouble) => {
      const server = new FakeDhis2()
      server.trouble = (line, time) => (line === POST && time === 1 ? trouble : undefined)
      const file = await upload(server)
      expect(server.changes()).toHaveLength(2)
      expect(new Set(server.changes()).size).toBe(1)
      expect(server.files.size).toBe(1)
      expect(file).toMatchObject({ storageStatus: 'STORED', contentMd5: md5Of('report') })
    },
  )

  it('is success too when a document has the file by then, whose domain it took', async () => {
    const server = new FakeDhis2()
    server.trouble = (line, time) => {
      if (line === POST && time === 2) for (const file of server.files.values()) file.domain = 'DOCUMENT'
      return line === POST && time === 1 ? 'answer-lost' : undefined
    }
    expect(await upload(server, { domain: 'MESSAGE_ATTACHMENT' })).toMatchObject({ domain: 'DOCUMENT' })
  })

  it('is read back when all tries end in doubt', async () => {
    const server = new FakeDhis2()
    server.trouble = (line, time) => (line === POST ? (time === 1 ? 'answer-lost' : '502') : undefined)
    expect(await upload(server)).toMatchObject({ storageStatus: 'STORED' })
    expect(server.files.size).toBe(1)
  })

  it('is read back when the last try is refused a connection', async () => {
    const server = new FakeDhis2()
    server.trouble = (line, time) => (line === POST ? (time === 1 ? 'answer-lost' : 'refused') : undefined)
    expect(await upload(server)).toMatchObject({ storageStatus: 'STORED' })
  })

  it('is the error of the upload when nothing is there', async () => {
    const server = new FakeDhis2()
    server.trouble = (line) => (line === POST ? 'request-lost' : undefined)
    expect(await failure(upload(server))).toMatchObject({ code: 'network', doubtful: true, attempts: 4 })
  })

  it('is sent once, and read back, where repeats are off', async () => {
    const server = new FakeDhis2()
    server.trouble = (line) => (line === POST ? 'answer-lost' : undefined)
    expect(await upload(server, { retry: false })).toMatchObject({ storageStatus: 'STORED' })
    expect(server.changes()).toHaveLength(1)
  })
})

describe('a uid that is taken', () => {
  it('by equal bytes is success: the same call can be made again', async () => {
    const server = new FakeDhis2()
    await upload(server, { uid: UID })
    expect(await upload(server, { uid: UID })).toMatchObject({ id: UID })
    expect(server.files.size).toBe(1)
  })

  it.each<[string, Partial<{ bytes: Uint8Array; domain: string }>]>([
    ['other bytes', { bytes: text('rep0rt') }],
    ['another length', { bytes: text('report and more') }],
    ['another domain', { domain: 'DATA_VALUE' }],
  ])('by %s is already-exists', async (_, other) => {
    const server = new FakeDhis2()
    server.addFile(UID, 'report', { domain: 'MESSAGE_ATTACHMENT', ...other })
    expect(await failure(upload(server, { uid: UID, domain: 'MESSAGE_ATTACHMENT' }))).toMatchObject({
      code: 'already-exists',
      errorCode: 'E1119',
    })
  })

  describe('by an image that the server encodes anew', () => {
    const icon = (): ByteSource =>
      bytesSource(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]), {
        name: 'icon.png',
        type: 'image/png',
      })

    it('is ours by name and uploader, when the uid is ours', async () => {
      const server = new FakeDhis2()
      server.trouble = (line, time) => (line === POST && time === 1 ? 'answer-lost' : undefined)
      expect(await uploadFile(filesContext(server), icon(), { domain: 'ICON' })).toMatchObject({ name: 'icon.png' })
    })

    it.each<[string, { name?: string; createdBy?: string }]>([
      ['name', { name: 'other.png' }],
      ['uploader', { createdBy: 'SomebodyEl1' }],
    ])('is not ours by another %s', async (_, other) => {
      const server = new FakeDhis2()
      server.trouble = (line, time) => {
        if (line === POST && time === 2) for (const file of server.files.values()) Object.assign(file, other)
        return line === POST && time === 1 ? 'answer-lost' : undefined
      }
      expect(await failure(uploadFile(filesContext(server), icon(), { domain: 'ICON' }))).toMatchObject({
        code: 'already-exists',
      })
    })

    it('is already-exists when the uid is the caller’s', async () => {
      const server = new FakeDhis2()
      await uploadFile(filesContext(server), icon(), { domain: 'ICON', uid: UID })
      expect(await failure(uploadFile(filesContext(server), icon(), { domain: 'ICON', uid: UID }))).toMatchObject({
        code: 'already-exists',
      })
    })
  })
})

describe('a one-shot stream', () => {
  it('is sent whole, its first bytes too', async () => {
    const server = new FakeDhis2()
    await uploadFile(filesContext(server), stream('first ', 'second'), { filename: 'a.txt', uid: UID })
    expect(new TextDecoder().decode(server.files.get(UID)?.bytes)).toBe('first second')
  })

  it('is let go when it is not sent because of something else', async () => {
    const server = new FakeDhis2()
    const data = stream(new Uint8Array(100), 'report')
    const context = filesContext({ send: () => Promise.resolve(refusal(401, 'no')) })
    expect(await failure(uploadFile(context, data, {}))).toMatchObject({ code: 'unauthenticated' })
    expect(data.cancelled).toHaveBeenCalledOnce()
    expect(server.received).toEqual([])
  })

  it('is not sent again, and says so', async () => {
    const server = new FakeDhis2()
    server.trouble = (line) => (line === POST ? '502' : undefined)
    const error = await failure(uploadFile(filesContext(server), stream('a'), { filename: 'a.txt' }))
    expect(error).toMatchObject({ code: 'not-replayable', doubtful: true })
    expect(error.message).toContain('spool: true')
    expect(server.changes()).toHaveLength(1)
  })

  it('whose answer is lost is read back all the same', async () => {
    const server = new FakeDhis2()
    server.trouble = (line) => (line === POST ? 'answer-lost' : undefined)
    expect(await uploadFile(filesContext(server), stream('a'), { filename: 'a.txt' })).toMatchObject({
      storageStatus: 'STORED',
    })
  })

  it('is sent again when it is kept, and what was kept is removed', async () => {
    const server = new FakeDhis2()
    server.trouble = (line, time) => (line === POST && time === 1 ? '502' : undefined)
    const dispose = vi.fn(() => Promise.resolve())
    const spool = async (source: ByteSource) => {
      const bytes = new Uint8Array(await new Response(await source.open()).arrayBuffer())
      return { ...bytesSource(bytes, { name: source.name, type: source.type }), dispose }
    }
    const context = filesContext(server, { platform: { spool } })
    await uploadFile(context, stream('a', 'b'), { filename: 'a.txt', spool: true, uid: UID })
    expect(new TextDecoder().decode(server.files.get(UID)?.bytes)).toBe('ab')
    expect(dispose).toHaveBeenCalledOnce()
    server.trouble = () => refusal(403, 'no')
    await failure(uploadFile(context, stream('a'), { filename: 'a.txt', spool: true }))
    expect(dispose).toHaveBeenCalledTimes(2)
  })

  it('that can be opened again is not kept', async () => {
    const spool = vi.fn()
    await uploadFile(filesContext(new FakeDhis2(), { platform: { spool } }), report(), { spool: true })
    expect(spool).not.toHaveBeenCalled()
  })

  it('that turns out too long is cut off, and not sent again', async () => {
    const server = new FakeDhis2()
    const data = stream(...Array.from({ length: 50 }, () => new Uint8Array(1000).fill(65)))
    const failed = uploadFile(filesContext(server), data, { filename: 'a.txt', maxFileUploadSize: 10_000 })
    const error = await failure(failed)
    expect(error).toMatchObject({ code: 'rejected-file', retryable: false })
    expect(error.message).toContain('10000')
    expect(data.cancelled).toHaveBeenCalled()
    expect(server.files.size).toBe(0)
    expect(server.received).toHaveLength(0)
  })

  it('that does not open does not hold up an abort, and is let go when it opens', async () => {
    const data = stream('report')
    let open = (): void => undefined
    const opening = new Promise<void>((resolve) => (open = resolve))
    const source = { ...report(), open: () => opening.then(() => data as ReadableStream<Uint8Array>) }
    const controller = new AbortController()
    const uploading = rejection(uploadFile(filesContext(new FakeDhis2()), source, { signal: controller.signal }))
    await Promise.resolve()
    controller.abort('enough')
    expect(await uploading).toBe('enough')
    open()
    await vi.waitFor(() => expect(data.cancelled).toHaveBeenCalledWith('enough'))
  })

  it.each([false, true])('that breaks at once is told from the connection too (kept: %s)', async (spool) => {
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('disk failed')) })
    const server = new FakeDhis2()
    const platform: Partial<Platform> = {
      spool: async (source) => {
        await new Response(await source.open()).blob()
        throw new Error('unreachable')
      },
    }
    const error = await failure(uploadFile(filesContext(server, { platform }), broken, { filename: 'a.txt', spool }))
    expect(error).toMatchObject({ code: 'network', doubtful: false, retryable: false })
    expect(error.message).toBe('Cannot upload “a.txt”: the bytes to send cannot be read: disk failed')
    expect(server.received).toEqual([])
  })

  it('that breaks is told from the connection', async () => {
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('disk failed')) })
    const context = filesContext(new FakeDhis2())
    const error = await failure(uploadFile(context, broken, { filename: 'a.txt', preflight: false }))
    expect(error).toMatchObject({ doubtful: false })
    expect(error.message).toContain('the bytes to send cannot be read: disk failed')
  })
})

describe('a proxy', () => {
  it('that refuses the size names its limit', async () => {
    const server = new FakeDhis2()
    server.trouble = (line) => (line === POST ? page(413, '413 Request Entity Too Large') : undefined)
    const error = await failure(upload(server))
    expect(error).toMatchObject({ code: 'too-large', attempts: 1 })
    expect(error.message).toContain('client_max_body_size')
  })
})
