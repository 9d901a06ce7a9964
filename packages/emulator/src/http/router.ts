import { TrieRouter } from 'hono/router/trie-router'
import type { Call } from './call.js'
import { type Reply, empty } from './reply.js'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type Handler = (call: Call) => Reply | Promise<Reply>

interface Entry {
  readonly handlers: Map<Method, Handler>
}

/** What a path and a method lead to. */
export type Match =
  | { readonly kind: 'handler'; readonly handler: Handler; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'options'; readonly reply: Reply }
  | { readonly kind: 'wrong-method' }
  | { readonly kind: 'unknown' }

/** Routes by path pattern (`/api/documents/:uid`) and method; the first pattern registered wins. */
export class Routes {
  readonly #router = new TrieRouter<Entry>()
  readonly #entries = new Map<string, Entry>()

  on(method: Method, pattern: string, handler: Handler): void {
    let entry = this.#entries.get(pattern)
    if (entry === undefined) {
      entry = { handlers: new Map() }
      this.#entries.set(pattern, entry)
      this.#router.add('ALL', pattern, entry)
    }
    if (!entry.handlers.has(method)) entry.handlers.set(method, handler)
  }

  get(pattern: string, handler: Handler): void {
    this.on('GET', pattern, handler)
  }
  post(pattern: string, handler: Handler): void {
    this.on('POST', pattern, handler)
  }
  put(pattern: string, handler: Handler): void {
    this.on('PUT', pattern, handler)
  }
  patch(pattern: string, handler: Handler): void {
    this.on('PATCH', pattern, handler)
  }
  delete(pattern: string, handler: Handler): void {
    this.on('DELETE', pattern, handler)
  }

  match(method: string, path: string): Match {
    const [found] = this.#router.match('ALL', path)
    if (found.length === 0) return { kind: 'unknown' }
    const wanted = (method === 'HEAD' ? 'GET' : method) as Method
    for (const [entry, params] of found) {
      const handler = entry.handlers.get(wanted)
      if (handler !== undefined) return { kind: 'handler', handler, params: decoded(params as Record<string, string>) }
    }
    if (method !== 'OPTIONS') return { kind: 'wrong-method' }
    const methods = new Set(found.flatMap(([entry]) => [...entry.handlers.keys()]))
    const allow = [...methods].flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one]))
    return { kind: 'options', reply: empty(200, { allow: [...allow, 'OPTIONS'].join(',') }) }
  }
}

function decoded(params: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      try {
        return [name, decodeURIComponent(value)]
      } catch {
        return [name, value]
      }
    }),
  )
}
