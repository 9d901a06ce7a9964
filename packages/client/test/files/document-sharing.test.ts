import { afterEach, describe, expect, it, vi } from 'vitest'
import { getDocumentSharing, keepingSharing, shareDocument } from '../../src/files/document-sharing.js'
import { patchDocument } from '../../src/files/documents.js'
import { json, page, refusal } from '../doubles/answers.js'
import { CountingSignal } from '../doubles/counting-signal.js'
import { failure, rejection } from '../doubles/failure.js'
import { FakeDhis2, ME } from '../doubles/fake-dhis2.js'
import { type ContextOptions, filesContext } from '../doubles/files-context.js'
import type { RequestOptions } from '../../src/http/call.js'

afterEach(() => void vi.useRealTimers())

const DOC = 'DocAbcDef01'
const PATCH = `PATCH documents/${DOC}`
const SHARE = `PUT documents/${DOC}/sharing`
const PRIVATE = { owner: ME, public: '--------', users: { u1: { id: 'u1', access: 'r-------' } }, userGroups: {} }

function link(): FakeDhis2 {
  const server = new FakeDhis2()
  server.addDocument(DOC, 'https://example.org/a', { external: true })
  return server
}

const sharingOf = (server: FakeDhis2): unknown => server.documents.get(DOC)?.sharing

describe('sharing a document', () => {
  it('always sends the owner: the present one where none is named', async () => {
    const server = link()
    server.documents.get(DOC)!.sharing = { ...PRIVATE, owner: 'OwnerUid001' }
    const users = { u2: { id: 'u2', access: 'rw------', displayName: 'A B' } }
    expect(await shareDocument(filesContext(server), DOC, { public: '--------', users })).toMatchObject({
      owner: 'OwnerUid001',
    })
    const put = server.received.find(({ method }) => method === 'PUT')
    expect(JSON.parse(put?.body ?? '')).toEqual({
      owner: 'OwnerUid001',
      public: '--------',
      users: { u2: { id: 'u2', access: 'rw------' } },
      userGroups: {},
    })
  })

  it('makes us the owner where there is none', async () => {
    const server = link()
    server.documents.get(DOC)!.sharing = { public: 'rw------' }
    expect(await shareDocument(filesContext(server), DOC, { public: '--------' })).toMatchObject({ owner: ME })
  })

  it('with an owner needs no more than to write and to read back', async () => {
    const server = link()
    await shareDocument(filesContext(server), DOC, PRIVATE)
    expect(server.lines()).toEqual([SHARE, `GET documents/${DOC}?fields=sharing`])
  })

  it('that has no effect is a conflict which carries it', async () => {
    const server = link()
    server.trouble = (line) => (line === SHARE ? new Response(null, { status: 204 }) : undefined)
    const wanted = { ...PRIVATE, public: 'r-------' }
    const error = await failure(shareDocument(filesContext(server), DOC, wanted))
    expect(error).toMatchObject({ code: 'conflict', document: DOC, sharing: wanted })
  })

  it.each(['answer-lost', '502-after', '500-after'] as const)(
    'whose answers are all lost (%s) is success when it is as meant',
    async (trouble) => {
      const server = link()
      server.trouble = (line) => (line === SHARE ? trouble : undefined)
      const wanted = { ...PRIVATE, public: 'r-------' }
      expect(await shareDocument(filesContext(server), DOC, wanted)).toEqual({ ...wanted })
    },
  )

  it('that never arrives is the error of the connection', async () => {
    const server = link()
    server.trouble = (line) => (line === SHARE ? 'request-lost' : undefined)
    expect(await failure(shareDocument(filesContext(server), DOC, { ...PRIVATE, public: 'r-------' }))).toMatchObject({
      code: 'network',
    })
  })

  it('that is refused after a doubt is success when it is as meant', async () => {
    const server = link()
    // who has given the document away may not share it a second time
    server.trouble = (line, time) => (line !== SHARE ? undefined : time === 1 ? 'answer-lost' : refusal(403, 'no'))
    const wanted = { ...PRIVATE, owner: 'OwnerUid001' }
    expect(await shareDocument(filesContext(server), DOC, wanted)).toEqual(wanted)
  })

  it('that is in doubt stays so when it cannot be read back', async () => {
    const server = link()
    server.trouble = () => 'answer-lost'
    const error = await failure(shareDocument(filesContext(server), DOC, { ...PRIVATE, public: 'r-------' }))
    expect(error).toMatchObject({ code: 'network', method: 'PUT', doubtful: true })
  })

  it('that is refused is not read back', async () => {
    const server = link()
    server.trouble = (line) => (line === SHARE ? refusal(403, 'no') : undefined)
    expect(await failure(shareDocument(filesContext(server), DOC, PRIVATE))).toMatchObject({ code: 'forbidden' })
    expect(server.lines()).toEqual([SHARE])
  })

  it('is read as what it is', async () => {
    expect(await getDocumentSharing(filesContext(link()), DOC)).toEqual(PRIVATE)
    const odd = link()
    odd.trouble = () => json({ sharing: 'public' })
    expect(await failure(getDocumentSharing(filesContext(odd), DOC))).toMatchObject({ code: 'protocol' })
  })
})

describe('a change that keeps the sharing', () => {
  const rename = (server: FakeDhis2, options: RequestOptions = {}, more: ContextOptions = {}) => {
    const context = filesContext(server, more)
    return keepingSharing(context, DOC, options, {
      prepare: () => Promise.resolve('prepared'),
      write: () =>
        patchDocument(
          context,
          DOC,
          [{ op: 'add', path: '/name', value: 'New' }],
          'rename it',
          options,
          (found) => found.name === 'New',
        ),
    })
  }

  it('reads it before, and puts it back at once', async () => {
    const server = link()
    await rename(server)
    expect(sharingOf(server)).toEqual(PRIVATE)
    expect(server.lines()).toEqual([
      `GET documents/${DOC}?fields=*`,
      `GET documents/${DOC}?fields=sharing,url`,
      PATCH,
      SHARE,
      `GET documents/${DOC}?fields=sharing`,
    ])
  })

  it.each([
    ['manage', { manage: false }],
    ['manage', {}],
    ['update', { manage: true, update: false }],
  ])('writes nothing without access.%s', async (lacking, access) => {
    const server = link()
    server.documents.get(DOC)!.access = access as Record<string, boolean>
    const error = await failure(rename(server))
    expect(error).toMatchObject({ code: 'forbidden', document: DOC })
    expect(error.message).toContain(`access.${lacking} is not given). Nothing was changed.`)
    expect(server.changes()).toEqual([])
  })

  it('gives the document an owner where it had none', async () => {
    const server = link()
    server.documents.get(DOC)!.sharing = { public: '--------' }
    await rename(server)
    expect(sharingOf(server)).toMatchObject({ owner: ME })
  })

  it('that is clearly refused writes no sharing', async () => {
    const server = link()
    server.trouble = (line) => (line === PATCH ? refusal(409, 'no', 'E4004') : undefined)
    expect(await failure(rename(server))).toMatchObject({ code: 'conflict', errorCode: 'E4004', sharing: undefined })
    expect(server.changes()).toEqual([PATCH])
  })

  it('that DHIS2 itself fails in puts it back: it may have come that far', async () => {
    const server = link()
    server.trouble = (line) => {
      if (line !== PATCH) return undefined
      server.documents.get(DOC)!.sharing = { public: 'rw------' }
      return refusal(500, 'could not send a notification')
    }
    expect(await failure(rename(server))).toMatchObject({ code: 'server', status: 500 })
    expect(sharingOf(server)).toEqual(PRIVATE)
  })

  it('that is in doubt puts it back, and is the error that it was', async () => {
    const server = link()
    server.trouble = (line) => {
      if (line !== PATCH) return undefined
      server.documents.get(DOC)!.sharing = { public: 'rw------' }
      return '502'
    }
    expect(await failure(rename(server))).toMatchObject({
      code: 'server',
      doubtful: true,
      attempts: 4,
      sharing: undefined,
    })
    expect(sharingOf(server)).toEqual(PRIVATE)
  })

  it('whose last try is clearly refused after a doubt puts it back too', async () => {
    const server = link()
    server.trouble = (line, time) => {
      if (line !== PATCH) return undefined
      if (time === 1) return 'answer-lost'
      server.documents.get(DOC)!.name = 'Somebody else’s'
      return refusal(403, 'no')
    }
    expect(await failure(rename(server))).toMatchObject({ code: 'forbidden' })
    expect(sharingOf(server)).toEqual(PRIVATE)
  })

  it('that the caller aborts puts it back without the caller', async () => {
    const server = link()
    const caller = new CountingSignal()
    server.trouble = (line) => {
      if (line !== PATCH) return undefined
      server.documents.get(DOC)!.sharing = { public: 'rw------' }
      caller.controller.abort('enough')
      return new Promise<Response>(() => undefined)
    }
    expect(await rejection(rename(server, { signal: caller.signal }))).toBe('enough')
    expect(sharingOf(server)).toEqual(PRIVATE)
    expect(caller.listeners).toBe(0)
  })

  it('that the caller aborts before it is written writes nothing', async () => {
    const server = link()
    const caller = new CountingSignal()
    server.trouble = (_, __, { path }) => {
      if (path.includes('fields=sharing')) queueMicrotask(() => caller.controller.abort('enough'))
      return undefined
    }
    expect(await rejection(rename(server, { signal: caller.signal }))).toBe('enough')
    expect(server.changes()).toEqual([])
  })

  it('whose time is up puts it back in a time of its own', async () => {
    vi.useFakeTimers()
    const server = link()
    server.trouble = (line) => {
      if (line !== PATCH) return undefined
      server.documents.get(DOC)!.sharing = { public: 'rw------' }
      return new Promise<Response>(() => undefined)
    }
    const failed = failure(rename(server, { timeouts: { total: 1000 } }))
    await vi.advanceTimersByTimeAsync(3000)
    expect(await failed).toMatchObject({ code: 'timeout', clock: 'total' })
    expect(sharingOf(server)).toEqual(PRIVATE)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('passes the caller’s headers on to putting it back', async () => {
    const server = link()
    await rename(server, { headers: { 'x-tenant': 'a' } })
    expect(server.received.every(({ headers }) => headers.get('x-tenant') === 'a')).toBe(true)
  })

  it('that is made but cannot be put back says so, and carries the sharing', async () => {
    const server = link()
    server.trouble = (line) => (line === SHARE ? refusal(403, 'no') : undefined)
    const error = await failure(rename(server))
    expect(error).toMatchObject({ code: 'forbidden', document: DOC, sharing: PRIVATE })
    expect(error.message).toMatch(
      /everyone who can sign in may read it now\. Put it back with shareDocument\(uid, error\.sharing\)\. The change itself was made\.$/,
    )
  })

  it('that is in doubt and cannot be put back says both', async () => {
    const server = link()
    server.trouble = (line) => (line === PATCH ? page(502, 'nginx') : line === SHARE ? refusal(403, 'no') : undefined)
    const error = await failure(rename(server, { retry: false }))
    expect(error).toMatchObject({ code: 'forbidden', sharing: PRIVATE })
    expect(error.message).toMatch(/Before that: Dhis2Error: Cannot rename it: PATCH .* answered 502/)
  })

  it('explains a failure that comes after its preparation', async () => {
    const server = link()
    server.trouble = (_, __, { path }) => (path.includes('fields=sharing') ? refusal(403, 'no') : undefined)
    const explained = new Error('explained')
    const failed = keepingSharing(
      filesContext(server),
      DOC,
      {},
      {
        prepare: () => Promise.resolve('prepared'),
        write: () => Promise.resolve(),
        explain: (error, prepared) => Object.assign(explained, { error, prepared }),
      },
    )
    expect(await rejection(failed)).toBe(explained)
    expect(explained).toMatchObject({ prepared: 'prepared', error: { code: 'forbidden' } })
  })
})
