/** Which requests a fault meets, and how often. */
export interface FaultRule {
  /**
   * A path pattern, with a method before it or without: `POST /api/fileResources`, `/api/documents/*`; `*` stands for
   * anything. A regular expression is tried on `METHOD /path?query`. Paths are without the context path.
   * @default every request
   */
  route?: string | RegExp
  /** How many times it fires at most. @default unlimited */
  count?: number
  /** How many matching requests pass before it may fire. @default 0 */
  skip?: number
  /** Chance that it fires, 0 to 1. @default 1 */
  probability?: number
  /** Start of the sequence of chances: the same seed fires at the same requests. @default 1 */
  seed?: number
}

/** What goes wrong. `up` is the way of the request's body, `down` that of the answer's; `afterBytes` defaults to 0. */
export type FaultKind =
  /** An answer instead of DHIS2's. `early`: before the request's body is read. */
  | { kind: 'status'; status: number; headers?: Record<string, string>; json?: unknown; body?: string; early?: boolean }
  /** A proxy's HTML page: 502, 413, 504 … */
  | { kind: 'html'; status: number; headers?: Record<string, string>; early?: boolean }
  /** The request waits before it is worked on (milliseconds). */
  | { kind: 'delay'; ms: number }
  /** No byte moves any more; the connection stays open. */
  | { kind: 'stall'; direction: 'up' | 'down'; afterBytes?: number }
  /** The connection is reset. */
  | { kind: 'drop'; direction: 'up' | 'down'; afterBytes?: number }
  /** The answer ends early, though Content-Length says more. */
  | { kind: 'truncate'; afterBytes?: number }
  /** The work is done, then the connection is reset: nobody hears of it. */
  | { kind: 'lost-answer' }
  /** The upload is accepted, its bytes never arrive: PENDING for ever. */
  | { kind: 'never-stored' }
  /** The bytes of this download are lost. */
  | { kind: 'missing-blob' }
  /** One byte of this download is another one. */
  | { kind: 'corrupt'; atByte?: number }

/** A fault to inject. */
export type Fault = FaultRule & FaultKind

/** A fault that is in force. */
export interface InjectedFault {
  /** What was injected. */
  readonly fault: Fault
  /** How many times it fired. */
  readonly fired: number
  /** Takes it out of force. */
  remove(): void
}

const KINDS = new Set('status html delay stall drop truncate lost-answer never-stored missing-blob corrupt'.split(' '))

class Rule implements InjectedFault {
  readonly fault: Fault
  readonly #matches: (method: string, path: string) => boolean
  readonly #chance: () => number
  readonly #remove: (rule: Rule) => void
  #seen = 0
  fired = 0

  constructor(fault: Fault, remove: (rule: Rule) => void) {
    this.fault = fault
    this.#matches = routeMatcher(fault.route)
    this.#chance = randomSequence(fault.seed ?? 1)
    this.#remove = remove
  }

  remove(): void {
    this.#remove(this)
  }

  fires(method: string, path: string): boolean {
    const { count = Number.POSITIVE_INFINITY, skip = 0, probability = 1 } = this.fault
    if (this.fired >= count || !this.#matches(method, path)) return false
    if (++this.#seen <= skip) return false
    if (probability < 1 && this.#chance() >= probability) return false
    this.fired++
    return true
  }
}

/** The faults in force. The first that matches a request and fires is the one it meets. */
export class Faults {
  #rules: Rule[] = []

  /**
   * Puts a fault in force.
   *
   * @throws TypeError when its kind does not exist
   */
  inject(fault: Fault): InjectedFault {
    if (!KINDS.has(fault.kind))
      throw new TypeError(`There is no fault "${fault.kind}". Kinds: ${[...KINDS].join(', ')}`)
    if ((fault.kind === 'stall' || fault.kind === 'drop') && fault.direction !== 'up' && fault.direction !== 'down')
      throw new TypeError(`The fault "${fault.kind}" needs a direction: "up" or "down"`)
    const rule = new Rule(fault, (one) => {
      this.#rules = this.#rules.filter((other) => other !== one)
    })
    this.#rules.push(rule)
    return rule
  }

  /** The fault that a request meets, counted as fired. `path` has its query and no context path. */
  take(method: string, path: string): Fault | undefined {
    return this.#rules.find((rule) => rule.fires(method, path))?.fault
  }

  /** Takes all of them out of force. */
  clear(): void {
    this.#rules = []
  }
}

/** How a fault is named in the log. */
export function describeFault(fault: Fault): string {
  return 'direction' in fault ? `${fault.kind} ${fault.direction}` : fault.kind
}

function routeMatcher(route: string | RegExp | undefined): (method: string, path: string) => boolean {
  if (route === undefined) return () => true
  if (route instanceof RegExp) return (method, path) => new RegExp(route.source, route.flags).test(`${method} ${path}`)
  const asRegExp = /^\/(.*)\/([a-z]*)$/.exec(route)
  if (asRegExp !== null && /[\\^$()|[\]]/.test(asRegExp[1] ?? ''))
    return routeMatcher(new RegExp(asRegExp[1] ?? '', asRegExp[2]))
  const [, wanted, pattern = ''] = /^(?:([A-Z]+)\s+)?(\S+)$/.exec(route) ?? []
  const escaped = pattern
    .replace(/:[A-Za-z]\w*/g, '\u0000')
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('\u0000', '[^/]+')
    .replaceAll('*', '.*')
  const expression = new RegExp(`^${escaped}$`)
  const withQuery = pattern.includes('?')
  return (method, path) =>
    (wanted === undefined || wanted === method) && expression.test(withQuery ? path : (path.split('?')[0] ?? ''))
}

/** Numbers from 0 to 1, the same ones for the same seed. */
function randomSequence(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
