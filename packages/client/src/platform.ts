import type { ByteSource } from './bytes/source.js'
import type { Chunks } from './bytes/chunks.js'
import type { AnswerHeaders } from './http/answer.js'
import type { Send } from './http/transport.js'

/** What a runtime does for the client. One implementation per runtime: `index.ts` (any with fetch) and `node.ts`. */
export interface Platform {
  /** Whether its transport collects a body before it sends it, and then tells by `onSent` how far it is. */
  readonly collectsBodies: boolean
  /** Makes the transport of one client with what the options say about connections. */
  createTransport(options: ConnectionOptions): PlatformTransport
  /** Keeps the server's cookies where the runtime does not do it by itself; `undefined` where it does. */
  readonly createCookieJar: (() => CookieJar) | undefined
  /** The value of a cookie that the page can read; `undefined` where there is no page. */
  readonly pageCookie: ((name: string) => string | undefined) | undefined
  /** `size`: how many bytes are to come, where that is known; for many the work is done in another thread where there is one. */
  createMd5(size?: number): Promise<Md5>
  /** Keeps the bytes of a one-shot source so that it can be opened again. `dispose` removes them. */
  spool(source: ByteSource, signal: AbortSignal): Promise<SpooledSource>
  /**
   * Writes a download to a file: whole or not at all.
   * @throws Dhis2Error `unsupported` where there is no file system.
   */
  save(job: SaveJob): Promise<SavedFile>
  /** Sent as User-Agent where the runtime lets us set one. */
  readonly userAgent: string | undefined
}

export interface ConnectionOptions {
  /** How many connections to one server at most. Default 32. Node only. */
  readonly connections?: number | undefined
  /** The URL of a proxy, or `false` for none. Default: what the environment says. Node only. */
  readonly proxy?: string | false | undefined
  /** Certificates of more authorities, as PEM. Node only. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined
  /** Whether certificates are not checked. Node only. */
  readonly insecure?: boolean | undefined
  /** Used instead of the runtime's own way to send. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Whether the page's own cookies go along. */
  readonly credentials: 'omit' | 'include'
}

export interface PlatformTransport {
  readonly send: Send
  /** What a proxy on the way to a URL is told that must not appear in a message. */
  readonly secretsFor?: ((url: URL) => readonly string[]) | undefined
  /** Ends the connections that are idle, and the others when their answers have ended. */
  close(): Promise<void>
}

/** Cookies of one origin and one sign-in, in memory. */
export interface CookieJar {
  /** The `Cookie` header for a request to this URL, or `undefined`. */
  header(url: URL): string | undefined
  /** Takes the `Set-Cookie` headers of an answer from this URL. */
  store(url: URL, headers: AnswerHeaders): void
  get(name: string): string | undefined
  clear(): void
}

export interface Md5 {
  /** Takes the next bytes; they may be changed or freed when it has returned. A promise asks to wait before the next ones. */
  update(chunk: Uint8Array): void | Promise<void>
  /** Lower-case hex. May be called once. */
  digest(): string | Promise<string>
  /** Frees what it holds, where there is no digest to come. */
  dispose?(): void
}

export interface SpooledSource extends ByteSource {
  dispose(): Promise<void>
}

/** What {@link Platform.save} is asked to do. */
export interface SaveJob {
  /** A file's path, or an existing directory: then the file gets `name`, made safe. */
  readonly target: string
  /** Name that the file has in DHIS2, as it is there: not safe as a path. */
  readonly name: string
  /** Whether an existing file may be replaced. */
  readonly overwrite: boolean
  /** Opens the bytes from their start; checks length and MD5 while they flow and fails them at their end if they are wrong. Called again after a failure worth a retry. */
  readonly write: (sink: (bytes: Chunks) => Promise<number>) => Promise<number>
}

/** A download that was saved. */
export interface SavedFile {
  /** Absolute path of the file. */
  readonly path: string
  /** Bytes written. */
  readonly size: number
}
