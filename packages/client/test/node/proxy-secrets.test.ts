import { expect, it, onTestFinished, vi } from 'vitest'
import { Dhis2Client } from '../../src/node.js'
import { failure } from '../doubles/failure.js'
import { httpServer } from './servers.js'

it.each(['option', 'environment'])(
  'the password of a proxy of the %s that the proxy writes back is in no error',
  async (where) => {
    const proxy = await httpServer((request, response) => {
      const given = String(request.headers['proxy-authorization'])
      const plain = Buffer.from(given.slice('Basic '.length), 'base64').toString()
      response.writeHead(500, { 'content-type': 'text/plain' }).end(`not today, ${plain}: ${given}`)
    })
    const url = `http://hospital:x9Kv-tR4%3Aw@${proxy.url.host}`
    if (where === 'environment') {
      vi.stubEnv('http_proxy', url)
      vi.stubEnv('no_proxy', '')
      onTestFinished(() => void vi.unstubAllEnvs())
    }
    const other = new Dhis2Client({ baseUrl: 'http://dhis2.example', auth: { token: 'd2p_abcdef' }, retry: false })
    // also where the sign-in is shared with a client that has no such proxy
    const client = where === 'option' ? other.with({ proxy: url }) : other
    onTestFinished(() => client.close())
    const error = await failure(client.system.info())
    expect(error.message).toContain('not today, hospital:•••: Basic •••')
    expect(JSON.stringify(error) + String(error.stack)).not.toMatch(/x9Kv-tR4|eDlLdi10/)
  },
)
