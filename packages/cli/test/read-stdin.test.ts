import { EventEmitter } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { CliIo } from '../src/io.js'
import { readStdin } from '../src/read-stdin.js'
import { run } from './run.js'

const io = (stdin: Readable): CliIo => ({ stdin }) as unknown as CliIo

test('stdin is read to its end', async () => {
  const { signal } = new AbortController()
  expect(await readStdin({ io: io(Readable.from(['one', ' two'])), signal })).toBe('one two')
})

test('the wait for stdin ends when the command does', async () => {
  const abort = new AbortController()
  const waiting = readStdin({ io: io(new PassThrough()), signal: abort.signal })
  abort.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
})

test.each([
  ['profile', 'add', 'play', '--url', 'http://127.0.0.1:1', '--auth', 'pat', '--secret-stdin'],
  ['messages', 'send', 'Hi', '--user', 'u2345678901', '--text', '-'],
])('Ctrl-C ends %s %s while it waits for stdin', async (...argv) => {
  const signals = new EventEmitter()
  const stdin = new PassThrough()
  const env = { DHIS2_URL: 'http://127.0.0.1:1', DHIS2_PAT: 'd2p_x', XDG_CONFIG_HOME: '/nowhere' }
  const running = run(argv, { env, stdin, signals })
  await expect.poll(() => stdin.listenerCount('end') + stdin.listenerCount('readable')).toBeGreaterThan(0)
  signals.emit('SIGINT')
  expect((await running).code).toBe(130)
})
