import { Api } from './api.js'
import { App, faultReply } from './app.js'
import { Sessions } from './auth/sessions.js'
import { control } from './control.js'
import { type Fault, Faults, type InjectedFault, describeFault } from './faults.js'
import { ConnectionLost, fail, receiveBody, sendBody } from './http/exchange-body.js'
import type { Reply } from './http/reply.js'
import { type RecordedRequest, append, maskHeaders, maskQuery } from './log.js'
import type { SeedUser } from './metadata/defaults.js'
import { type RunningServer, type ServeOptions, startServer } from './serve.js'
import { type EmulatorSettings, completeSettings } from './settings.js'
import { EmulatorState } from './state.js'
import { BlobStore } from './storage/blob-store.js'
import { StateFile } from './storage/state-file.js'
import { registerSurfaces } from './surfaces/index.js'
import { type Dhis2Version, VERSIONS } from './versions.js'

/** What an emulator is made of. */
export interface EmulatorOptions {
  /** The release line to play. @default '2.43' */
  version?: Dhis2Version
  /** `memory`, or a folder that keeps everything over a restart. @default 'memory' */
  storage?: 'memory' | { readonly folder: string }
  /** Faults that are in force from the start. @default none */
  faults?: readonly Fault[]
  /** The server's time. @default the system's */
  clock?: () => Date
  /** Accounts beside `admin` with the password `district`. @default none */
  users?: readonly SeedUser[]
  /** How the server is configured. @default DHIS2's own defaults */
  settings?: EmulatorSettings
}

/** DHIS2's file API without a DHIS2. */
export interface Emulator {
  /** The release line that it plays. */
  readonly version: Dhis2Version
  /**
   * Answers a request, without a socket. A lost connection rejects, or errors the answer's body, as `fetch` does.
   * Files are streamed in both directions.
   */
  fetch(request: Request): Promise<Response>
  /**
   * Listens on a socket.
   *
   * @throws Error when the port is taken
   */
  serve(options?: ServeOptions): Promise<RunningServer>
  /** What the emulated server knows: to look at, and to change without HTTP. */
  readonly state: EmulatorState
  /** Every request since the start or the last reset. */
  readonly log: readonly RecordedRequest[]
  /**
   * Puts a fault in force until it has fired `count` times, is removed, or everything is reset.
   *
   * @throws TypeError when its kind does not exist
   */
  inject(fault: Fault): InjectedFault
  /** Back to a fresh DHIS2: no files, objects, sessions, faults, log. */
  reset(): Promise<void>
  /** Waits until the bytes of every accepted upload are stored or given up. Their delay is not waited for. */
  settle(): Promise<void>
  /** Stops serving, saves, and removes temporary files. */
  close(): Promise<void>
}

/** An answer and the way its body goes out. */
export interface Sending {
  readonly reply: Reply
  readonly chunks: AsyncGenerator<Uint8Array>
  /** To be called when the answer has been sent, or could not be. */
  done(): void
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Makes an emulator.
 *
 * @throws TypeError when a version or setting makes no sense
 * @throws Error when the state file of the folder cannot be read
 */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const version = options.version ?? '2.43'
  const traits = VERSIONS[version]
  if (traits === undefined)
    throw new TypeError(`There is no version ${version}. Versions: ${Object.keys(VERSIONS).join(', ')}`)
  const settings = completeSettings(options.settings)
  const clock = options.clock ?? (() => new Date())
  const folder = typeof options.storage === 'object' ? options.storage.folder : undefined
  const blobs = new BlobStore(folder)
  const state = new EmulatorState({ blobs, traits, clock, users: options.users ?? [] })
  const file = folder === undefined ? undefined : new StateFile(folder, () => state.toJSON())
  const saved = file?.load()
  if (saved !== undefined) state.restore(saved)

  const sessions = new Sessions(() => clock().getTime(), traits.limitsSessions)
  const api = new Api({ state, traits, settings, sessions, saved: () => void file?.save().catch(() => {}) })
  registerSurfaces(api)
  const app = new App(api)
  const faults = new Faults()
  for (const fault of options.faults ?? []) faults.inject(fault)
  const log: RecordedRequest[] = []
  const servers = new Set<RunningServer>()
  const closing = new AbortController()
  let number = 0

  const reset = async () => {
    await api.files.settle()
    await state.reset()
    sessions.clear()
    api.accounts.clear()
    api.oauth2?.clear()
    faults.clear()
    log.length = 0
    number = 0
    await file?.save()
  }

  const handle = async (request: Request): Promise<Sending> => {
    const steered = await control(request, { faults, log, reset })
    if (steered !== undefined) return { reply: steered, chunks: chunksOnly(steered), done() {} }
    const started = performance.now()
    const signal = AbortSignal.any([request.signal, closing.signal])
    const { pathname, search } = new URL(request.url)
    const path = pathname + search
    const inner = path.startsWith(`${settings.contextPath}/`) ? path.slice(settings.contextPath.length) : path
    const fault = faults.take(request.method, inner)
    const entry: RecordedRequest = {
      number: ++number,
      time: clock().toISOString(),
      method: request.method,
      path: maskQuery(path),
      headers: maskHeaders(request.headers),
      bytesReceived: 0,
      bytesSent: 0,
      ...(fault !== undefined && { fault: describeFault(fault) }),
    }
    append(log, entry)
    const done = () => {
      entry.duration = performance.now() - started
    }
    try {
      const reply = await answer(request, fault, entry, signal)
      entry.status = reply.status
      return { reply, chunks: sendBody(reply, fault, entry, signal), done }
    } catch (error) {
      done()
      throw error
    }
  }

  const answer = async (request: Request, fault: Fault | undefined, entry: RecordedRequest, signal: AbortSignal) => {
    const body = receiveBody(request.body, fault, entry, signal)
    if (fault !== undefined) {
      if (fault.kind === 'delay') await pause(fault.ms, signal)
      const instead = faultReply(fault)
      if (instead !== undefined) {
        if (!('early' in fault && fault.early)) await drain(body)
        return instead
      }
      if ('direction' in fault && fault.direction === 'up' && body === null) await fail(fault, signal)
    }
    const reply = await app.handle({ request, body, fault, entry })
    if (!SAFE.has(request.method)) await file?.save()
    if (fault?.kind === 'lost-answer') throw new ConnectionLost('The answer was lost', { reset: true })
    return reply
  }

  let closed: Promise<void> | undefined
  const close = async () => {
    closing.abort()
    await Promise.all([...servers].map((server) => server.close()))
    await api.files.settle()
    await file?.save()
    await blobs.close()
  }

  return {
    version,
    state,
    log,
    inject: (fault) => faults.inject(fault),
    reset,
    settle: () => api.files.settle(),
    async fetch(request) {
      try {
        return toResponse(await handle(request))
      } catch (error) {
        if (error instanceof ConnectionLost) throw new TypeError('fetch failed', { cause: error })
        throw error
      }
    },
    async serve(serveOptions = {}) {
      const server = await startServer(handle, serveOptions, settings.contextPath)
      servers.add(server)
      return server
    },
    close: () => (closed ??= close()),
  }
}

/**
 * An answer as the web's own type; its body is read as it is asked for. One without a body has an empty stream, so that a
 * fault on the way down happens to it too.
 */
function toResponse({ reply: { status, headers }, chunks, done }: Sending): Response {
  if (status === 204 || status === 304) return new Response(null, { status, headers })
  return new Response(bodyOf(chunks, done), { status, headers })
}

function bodyOf(chunks: AsyncGenerator<Uint8Array>, done: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done: ended, value } = await chunks.next()
          if (!ended) return controller.enqueue(value)
          done()
          controller.close()
        } catch (error) {
          done()
          controller.error(new TypeError('terminated', { cause: error }))
        }
      },
      async cancel() {
        done()
        await chunks.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}

async function* chunksOnly({ body }: Reply): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) yield body
}

async function drain(body: ReadableStream<Uint8Array> | null): Promise<void> {
  const reader = body?.getReader()
  while (reader !== undefined && !(await reader.read()).done);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
