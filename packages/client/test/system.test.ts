import { afterEach, describe, expect, it, vi } from 'vitest'
import { type ServerFacts, SystemAccessor } from '../src/system.js'
import { parseVersion } from '../src/versions.js'
import { dripping, json, page, refusal, systemInfo } from './doubles/answers.js'
import { calling } from './doubles/calling.js'
import { CountingSignal } from './doubles/counting-signal.js'
import { failure, rejection } from './doubles/failure.js'
import { FakeServer } from './doubles/fake-server.js'

afterEach(() => void vi.useRealTimers())

const INFO = 'GET /hmis/api/system/info'

function systemOf(server: FakeServer, options: { given?: string; facts?: ServerFacts; warn?: () => void } = {}) {
  const { given, facts = {}, warn = () => undefined } = options
  return new SystemAccessor(calling(server).call, facts, given === undefined ? undefined : parseVersion(given), {
    warn,
  })
}

describe('the version', () => {
  it('is asked once and shared by all', async () => {
    const server = new FakeServer().on(INFO, () => systemInfo('2.42.5.2'))
    const system = systemOf(server)
    const versions = await Promise.all([system.version(), system.version(), system.version()])
    expect(versions.map(({ text }) => text)).toEqual(['2.42.5.2', '2.42.5.2', '2.42.5.2'])
    await system.version()
    expect(server.received).toHaveLength(1)
  })

  it('is shared with clients made of one another', async () => {
    const server = new FakeServer().on(INFO, () => systemInfo())
    const facts: ServerFacts = {}
    await Promise.all([systemOf(server, { facts }).version(), systemOf(server, { facts }).version()])
    expect(server.received).toHaveLength(1)
  })

  it('is not asked where it is given', async () => {
    const server = new FakeServer()
    expect((await systemOf(server, { given: '2.44-SNAPSHOT' }).version()).traits.line).toBe('2.44')
    expect(server.received).toEqual([])
  })

  it('is asked again after a failure', async () => {
    const server = new FakeServer().on(INFO, refusal(403, 'no'), systemInfo())
    const system = systemOf(server)
    expect(await failure(system.version())).toMatchObject({ code: 'forbidden' })
    expect((await system.version()).text).toBe('2.43.1')
  })

  it('that is too old is unsupported', async () => {
    expect(await failure(systemOf(new FakeServer().on(INFO, systemInfo('2.40.4'))).version())).toMatchObject({
      code: 'unsupported',
    })
  })

  it('that is newer than known is treated as the last, and logged once', async () => {
    const warn = vi.fn()
    const facts: ServerFacts = {}
    const server = new FakeServer().on(INFO, () => systemInfo('2.46.0'))
    for (const system of [systemOf(server, { warn, facts }), systemOf(server, { warn, facts })]) {
      expect((await system.version()).traits.line).toBe('2.44')
    }
    expect(warn).toHaveBeenCalledOnce()
    expect(warn).toHaveBeenCalledWith('DHIS2 2.46.0 is newer than this client knows: it is treated as 2.44.', {
      version: '2.46.0',
    })
    const given = vi.fn()
    await systemOf(server, { warn: given, given: '2.46.0' }).version()
    expect(given).toHaveBeenCalledOnce()
  })

  it('is still asked for the others when one gives up', async () => {
    let answer: (response: Response) => void = () => undefined
    const server = new FakeServer().on(INFO, () => new Promise<Response>((resolve) => (answer = resolve)))
    const system = systemOf(server)
    const first = new CountingSignal()
    const aborted = rejection(system.version({ signal: first.signal }))
    const waiting = system.version()
    await vi.waitFor(() => expect(server.received).toHaveLength(1))
    first.controller.abort('enough')
    expect(await aborted).toBe('enough')
    expect(first.listeners).toBe(0)
    answer(systemInfo())
    expect((await waiting).text).toBe('2.43.1')
  })

  it('is still asked for the others when the clock of one runs out', async () => {
    vi.useFakeTimers()
    let answer: (response: Response) => void = () => undefined
    const server = new FakeServer().on(INFO, () => new Promise<Response>((resolve) => (answer = resolve)))
    const system = systemOf(server)
    const first = failure(system.version({ timeouts: { total: 1000 }, retry: false }))
    const waiting = system.version()
    await vi.advanceTimersByTimeAsync(1000)
    expect(await first).toMatchObject({
      code: 'timeout',
      clock: 'total',
      message: 'Cannot read the version of the server within 1 s (timeouts.total).',
    })
    answer(systemInfo())
    expect((await waiting).text).toBe('2.43.1')
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('the signed-in user', () => {
  const me = (): Response => json({ id: 'M5zQapPyTZI', username: 'admin', authorities: ['ALL'] })

  it('is asked once and shared by all', async () => {
    const server = new FakeServer().on('GET /hmis/api/me', me)
    const system = systemOf(server)
    const [one, two] = await Promise.all([system.me(), system.me()])
    expect([one.username, two.authorities]).toEqual(['admin', ['ALL']])
    expect(server.lines()).toEqual(['GET /hmis/api/me?fields=id,username,authorities'])
  })

  it('is asked again after a failure', async () => {
    const server = new FakeServer().on('GET /hmis/api/me', refusal(403, 'no'), me)
    const system = systemOf(server)
    await failure(system.me())
    expect((await system.me()).id).toBe('M5zQapPyTZI')
  })
})

describe('the system info', () => {
  it('is asked each time', async () => {
    const server = new FakeServer().on(INFO, () => systemInfo('2.43.1', { fileStoreProvider: 'filesystem' }))
    const system = systemOf(server)
    await system.info()
    expect((await system.info()).fileStoreProvider).toBe('filesystem')
    expect(server.received).toHaveLength(2)
  })

  it.each<[string, () => Response]>([
    ['has no version', () => json({ serverDate: 'x' })],
    ['has a version of a wrong type', () => json({ version: 2.43 })],
    ['is an array', () => json([])],
    ['is null', () => json(null)],
    ['is a web page', () => page(200, 'Sign in')],
    ['is cut off', () => dripping(['{"version":"2.4'])],
  ])('that %s is a protocol error', async (_, answer) => {
    expect(await failure(systemOf(new FakeServer().on(INFO, answer)).info())).toMatchObject({ code: 'protocol' })
  })
})

describe('ping', () => {
  it('is answered by an empty body', async () => {
    const server = new FakeServer().on('GET /hmis/api/ping', new Response(''))
    await systemOf(server).ping()
    expect(server.lines()).toEqual(['GET /hmis/api/ping'])
  })
})
