import type { Emulator } from '../src/index.js'

export const ADMIN = `Basic ${Buffer.from('admin:district').toString('base64')}`

export interface Sent {
  status: number
  headers: Headers
  json: any
  bytes: Uint8Array
}

/** Sends requests to an emulator by its `fetch`, as the administrator unless told otherwise. */
export function clientOf(emulator: Pick<Emulator, 'fetch'>, base = 'http://dhis2.test') {
  const send = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string | undefined> = {},
  ): Promise<Sent> => {
    const all: Record<string, string | undefined> = {
      authorization: ADMIN,
      'x-requested-with': 'XMLHttpRequest',
      ...(body !== undefined && !(body instanceof FormData) && { 'content-type': 'application/json' }),
      ...headers,
    }
    const given = Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    )
    const content =
      body === undefined || body instanceof FormData || typeof body === 'string' || body instanceof Uint8Array
        ? body
        : JSON.stringify(body)
    const request = new Request(base + path, {
      method,
      headers: given,
      ...(content !== undefined && { body: content as BodyInit }),
    })
    const response = await emulator.fetch(request)
    const bytes = new Uint8Array(await response.arrayBuffer())
    let json: unknown
    try {
      json = JSON.parse(new TextDecoder().decode(bytes))
    } catch {}
    return { status: response.status, headers: response.headers, json, bytes }
  }
  return {
    send,
    get: (path: string, headers?: Record<string, string | undefined>) => send('GET', path, undefined, headers),
    post: (path: string, body?: unknown, headers?: Record<string, string | undefined>) =>
      send('POST', path, body, headers),
    put: (path: string, body?: unknown, headers?: Record<string, string | undefined>) =>
      send('PUT', path, body, headers),
    delete: (path: string, headers?: Record<string, string | undefined>) => send('DELETE', path, undefined, headers),
    upload: (name: string, content: string | Uint8Array, query = 'domain=DOCUMENT', type = 'text/plain') => {
      const form = new FormData()
      form.set('file', new Blob([content as BlobPart], { type }), name)
      return send('POST', `/api/fileResources?${query}`, form)
    },
  }
}
