/** What the suite runs against: an emulator behind a gate, a page behind a link, and a way to steer them from any runtime. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, createServer as createSocketServer } from 'node:net'
import { createEmulator } from '@dhis2-files/emulator'

/** Starts all of it on free ports. @returns the addresses, the emulator, and how to end it. */
export async function startWorld(settings = {}) {
  // changed while it runs
  const corsAllowList = [...(settings.corsAllowList ?? [])]
  const emulator = createEmulator({
    version: '2.43',
    settings: { maxFileUploadSize: 100_000_000, storageDelay: 5, ...settings, corsAllowList },
  })
  const server = await emulator.serve()
  const gate = await startGate(server.port)
  const linked = await listening(
    createServer((request, response) => {
      const came = ['authorization', 'cookie'].filter((name) => name in request.headers)
      response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'text/plain' })
      response.end(came.length === 0 ? 'no credentials came' : `came: ${came.join(', ')}`)
    }),
  )
  const url = `http://127.0.0.1:${gate.port}`
  const control = await listening(createServer((request, response) => steer(steering, request, response)))
  const steering = {
    async reset() {
      gate.open()
      await emulator.reset()
    },
    files: () => [...emulator.state.fileResources.values()].filter(({ domain }) => domain !== 'ICON'),
    log: () => emulator.log,
    inject: (fault) => void emulator.inject(fault),
    link: ({ uid, url: target }) => void Object.assign(emulator.state.documents.get(uid), { url: target }),
    gate: (how) => gate.limit(how),
    passed: ({ up }) => gate.passed(up),
    cut: () => gate.cut(),
    origins: (list) => void corsAllowList.splice(0, corsAllowList.length, ...list),
    async token() {
      const headers = { authorization: `Basic ${btoa('admin:district')}`, 'content-type': 'application/json' }
      const answer = await fetch(`${url}/api/apiToken`, { method: 'POST', headers, body: '{"name":"test"}' })
      return { token: (await answer.json()).response.key }
    },
  }
  return {
    emulator,
    addresses: {
      url,
      closed: `http://127.0.0.1:${await closedPort()}`,
      linked: `http://127.0.0.1:${linked.address().port}/page`,
      control: `http://127.0.0.1:${control.address().port}`,
    },
    async close() {
      gate.open()
      gate.close()
      for (const one of [linked, control]) {
        one.close()
        one.closeAllConnections()
      }
      await emulator.close()
    },
  }
}

async function steer(steering, request, response) {
  response.setHeader('access-control-allow-origin', '*')
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  try {
    const answer = await steering[new URL(request.url, 'http://x').pathname.slice(1)](
      JSON.parse(chunks.join('') || '{}'),
    )
    response.writeHead(200).end(JSON.stringify(answer ?? null))
  } catch (error) {
    response.writeHead(500).end(JSON.stringify({ message: String(error?.stack ?? error) }))
  }
}

/** The largest piece that a socket hands on at once. */
const CHUNK = 65_536

/** Passes bytes on, in both directions; those on the way up only as far as it is allowed to, over all connections. */
async function startGate(target) {
  let allowed = Number.POSITIVE_INFINITY
  let passed = 0
  let mark = 0
  const changed = new EventTarget()
  const pairs = new Set()
  const tell = () => changed.dispatchEvent(new Event('change'))
  const until = async (condition) => {
    while (!condition()) await new Promise((resolve) => changed.addEventListener('change', resolve, { once: true }))
  }
  const server = createSocketServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    const pair = { client, upstream, holds: false, drops: false, dropped: 0 }
    pairs.add(pair)
    client.on('data', async (chunk) => {
      if (pair.drops) {
        pair.dropped += chunk.byteLength
        return
      }
      client.pause()
      pair.holds = true
      // the piece that crosses the limit waits before it
      await until(() => passed + chunk.byteLength <= allowed || pair.drops || !pairs.has(pair))
      pair.holds = false
      if (!pairs.has(pair) || pair.drops) return
      passed += chunk.byteLength
      tell()
      if (upstream.write(chunk)) client.resume()
      else upstream.once('drain', () => client.resume())
    })
    upstream.on('data', (chunk) => {
      if (client.write(chunk)) return
      upstream.pause()
      client.once('drain', () => upstream.resume())
    })
    const end = () => {
      client.destroy()
      upstream.destroy()
      pairs.delete(pair)
      tell()
    }
    client.on('error', end).on('close', end)
    upstream.on('error', end).on('close', end)
  })
  await listening(server)
  return {
    port: server.address().port,
    open() {
      allowed = Number.POSITIVE_INFINITY
      tell()
    },
    /** `up`: so many bytes from now on. `more`: so many beyond what was allowed. */
    limit({ up, more = 0 }) {
      if (up !== undefined) mark = passed
      allowed = up === undefined ? allowed + more : passed + up
      tell()
    },
    passed: (bytes) => until(() => passed >= mark + bytes - CHUNK),
    /** Until the client has cut the connections that are held back. @returns how many bytes still came. */
    async cut() {
      const waiting = [...pairs].filter(({ holds }) => holds)
      // nobody notices the end of a connection without reading
      for (const pair of waiting) {
        pair.drops = true
        pair.client.resume()
      }
      tell()
      await until(() => waiting.every((pair) => !pairs.has(pair)))
      allowed = Number.POSITIVE_INFINITY
      tell()
      return waiting.map(({ dropped }) => dropped)
    },
    close() {
      server.close()
      for (const { client, upstream } of pairs) {
        client.destroy()
        upstream.destroy()
      }
    },
  }
}

/** An address where nobody listens. */
async function closedPort() {
  const server = await listening(createSocketServer())
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** @template {import('node:net').Server} T @param {T} server @returns {Promise<T>} */
export async function listening(server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}
