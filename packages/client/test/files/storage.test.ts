import { describe, expect, it } from 'vitest'
import { explainMissingBytes, getFileResource, waitUntilStored } from '../../src/files/storage.js'
import { CountingSignal } from '../doubles/counting-signal.js'
import { failure, rejection } from '../doubles/failure.js'
import { FakeDhis2 } from '../doubles/fake-dhis2.js'
import { filesContext } from '../doubles/files-context.js'

const UID = 'FileAbcDe01'

function pending(created = '2026-08-21T10:00:00.000'): FakeDhis2 {
  const server = new FakeDhis2()
  server.addFile(UID, 'abc', { status: 'PENDING', created })
  return server
}

describe('a file resource', () => {
  it('is read without fields, with which its status would be NONE', async () => {
    const server = pending()
    expect(await getFileResource(filesContext(server), UID)).toMatchObject({ id: UID, storageStatus: 'PENDING' })
    expect(server.lines()).toEqual([`GET fileResources/${UID}`])
  })

  it('that is none is not asked for', async () => {
    const server = pending()
    expect(await rejection(getFileResource(filesContext(server), '../me'))).toBeInstanceOf(TypeError)
    expect(server.received).toEqual([])
  })
})

describe('waiting until a file is stored', () => {
  it('polls with longer and longer waits', async () => {
    const server = pending()
    const context = filesContext(server)
    server.trouble = (line, time) => {
      if (line === `GET fileResources/${UID}` && time === 9) server.addFile(UID, 'abc')
      return undefined
    }
    expect(await waitUntilStored(context, UID)).toMatchObject({ storageStatus: 'STORED' })
    expect(context.clock.sleeps).toEqual([50, 100, 200, 400, 800, 1600, 2000, 2000])
    expect(server.lines().filter((line) => line === 'GET system/info')).toHaveLength(1)
  })

  it('does not wait for what is stored', async () => {
    const server = pending()
    server.addFile(UID, 'abc')
    const context = filesContext(server)
    await waitUntilStored(context, UID)
    expect(context.clock.sleeps).toEqual([])
  })

  it.each([
    [undefined, 60_000],
    [1000, 1000],
    [0, 0],
  ])('with a deadline of %s ms ends by then, and says what may be wrong', async (deadline, expected) => {
    const context = filesContext(pending())
    const started = context.clock.time
    const error = await failure(waitUntilStored(context, UID, { deadline }))
    expect(error).toMatchObject({ code: 'not-yet-stored', retryable: true, fileResource: UID })
    expect(error.message).toMatch(
      /^File resource FileAbcDe01 \(“report\.pdf”\) is not stored yet after \d+ s: its status is PENDING\. DHIS2 stores files after it has answered/,
    )
    const waited = context.clock.time - started
    expect(waited).toBeLessThanOrEqual(expected)
    expect(waited).toBeGreaterThan(expected - 2001)
  })

  it.each([
    ['2026-08-21T09:44:59.000', 'lost-content'],
    ['2026-08-21T09:45:01.000', 'not-yet-stored'],
    ['2026-08-22T10:00:00.000', 'not-yet-stored'],
    ['no date', 'not-yet-stored'],
  ])('of %s, by the server’s clock, ends as %s', async (created, code) => {
    const error = await failure(waitUntilStored(filesContext(pending(created)), UID))
    expect(error).toMatchObject({ code, fileResource: UID })
    if (code === 'lost-content')
      expect(error.message).toMatch(
        /the server has had the file for 15 minutes and has no bytes.* Upload the file again/,
      )
  })

  it('is not misled by a change of the clocks here', async () => {
    // in Berlin 02:59:55 comes twice on that day, and 03:00:05 an hour after the first
    const server = pending('2026-10-25T02:59:55.000')
    server.serverDate = '2026-10-25T03:00:05.000'
    const zone = process.env['TZ']
    process.env['TZ'] = 'Europe/Berlin'
    try {
      expect(await failure(waitUntilStored(filesContext(server), UID))).toMatchObject({ code: 'not-yet-stored' })
    } finally {
      if (zone === undefined) delete process.env['TZ']
      else process.env['TZ'] = zone
    }
  })

  it('ends a wait with the reason of an abort, and leaves no listener', async () => {
    const context = filesContext(pending())
    const caller = new CountingSignal()
    context.clock.onSleep = () => caller.controller.abort('enough')
    expect(await rejection(waitUntilStored(context, UID, { signal: caller.signal }))).toBe('enough')
    expect(caller.listeners).toBe(0)
  })

  it('ends when the file is not there', async () => {
    expect(await failure(waitUntilStored(filesContext(new FakeDhis2()), UID))).toMatchObject({
      code: 'not-found',
      errorCode: 'E1005',
    })
  })
})

describe('bytes that are missing', () => {
  it.each([
    ['2026-08-21T09:00:00.000', 'lost-content', false],
    ['2026-08-21T09:59:59.000', 'not-yet-stored', true],
  ])('of %s are %s', async (created, code, retryable) => {
    const failed = explainMissingBytes(filesContext(pending(created)), UID, {})
    expect(await failure(failed)).toMatchObject({ code, retryable, fileResource: UID })
  })

  it('may be there by now', async () => {
    const server = pending()
    server.addFile(UID, 'abc')
    await explainMissingBytes(filesContext(server), UID, {})
  })
})
