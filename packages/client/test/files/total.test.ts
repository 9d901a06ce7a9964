import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { FilesAccessor } from '../../src/files/accessor.js'
import type { Transport } from '../../src/http/transport.js'
import { CountingSignal } from '../doubles/counting-signal.js'
import { failure, rejection } from '../doubles/failure.js'
import { FakeDhis2 } from '../doubles/fake-dhis2.js'
import { filesContext } from '../doubles/files-context.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Holds the upload of the file for 600 ms, and the making of the document for ever. */
function slowServer() {
  const { files, send } = new FakeDhis2()
  const slow: Transport = async (request) => {
    if (request.url.pathname.endsWith('/fileResources')) await new Promise((resolve) => setTimeout(resolve, 600))
    if (request.url.pathname.endsWith('/documents')) await new Promise(() => undefined)
    return send(request)
  }
  return { files, send: slow }
}

const upload = (server: { readonly send: Transport }, more: object): Promise<unknown> =>
  new FilesAccessor(filesContext(server)).uploadDocument(new Blob(['abc']), { name: 'A', until: 'accepted', ...more })

it('timeouts.total counts for all requests of a change together, and names the file that is on the server', async () => {
  const caller = new CountingSignal()
  const server = slowServer()
  const failed = failure(upload(server, { timeouts: { total: 1000 }, signal: caller.signal }))
  let ended = false
  void failed.then(() => (ended = true))
  await vi.dynamicImportSettled()
  await vi.advanceTimersByTimeAsync(999)
  expect(ended).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  const error = await failed
  expect(error).toMatchObject({ code: 'timeout', clock: 'total', doubtful: true })
  expect(error.message).toContain('Cannot upload the document: not done within 1 s (timeouts.total).')
  expect(error.fileResource).toBe([...server.files.keys()][0])
  expect([caller.listeners, vi.getTimerCount()]).toEqual([0, 0])
})

it('the caller’s abort still surfaces as its reason under a total clock', async () => {
  const caller = new AbortController()
  const failed = rejection(upload(slowServer(), { timeouts: { total: 60_000 }, signal: caller.signal }))
  await vi.dynamicImportSettled()
  await vi.advanceTimersByTimeAsync(700)
  caller.abort('enough')
  expect(await failed).toBe('enough')
  expect(vi.getTimerCount()).toBe(0)
})
