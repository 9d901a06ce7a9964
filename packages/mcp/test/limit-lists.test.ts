import type { TransportRequest } from '@dhis2-files/client'
import { expect, test } from 'vitest'
import { limitLists } from '../src/limit-lists.js'
import { MAX_DATA_VALUE_LIST } from '../src/limits.js'

const request = (path: string): TransportRequest => ({
  method: 'GET',
  url: new URL(path, 'https://dhis2.example.org/'),
  headers: new Headers(),
  idempotent: true,
  signal: new AbortController().signal,
})

/** An answer that has more bytes than are taken, and tells how many of them were read. */
function endless(): { response: Response; read: () => number } {
  let read = 0
  const chunk = new Uint8Array(1_000_000)
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      read += chunk.byteLength
      controller.enqueue(chunk)
      if (read > 4 * MAX_DATA_VALUE_LIST) controller.close()
    },
  })
  return { response: new Response(body), read: () => read }
}

test('a list of data values that is too long is ended before it is held, and told what to do', async () => {
  const { response, read } = endless()
  const limited = await limitLists()(async () => response)(request('api/dataValueSets?dataSet=x'))
  await expect(limited.arrayBuffer()).rejects.toMatchObject({
    code: 'too-large',
    message: expect.stringContaining('Ask for fewer periods or organisation units at a time.'),
  })
  expect(read()).toBeLessThan(2 * MAX_DATA_VALUE_LIST)
})

test('a file is none: it may be as large as it likes', async () => {
  const { response } = endless()
  expect(await limitLists()(async () => response)(request('api/documents/x/data'))).toBe(response)
})
