import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import {
  type CallToolResult,
  Client,
  type ContentBlock,
  InMemoryTransport,
  type ProgressCallback,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { parseMcpFlags } from '../src/flags.js'
import { streamLogger } from '../src/log.js'
import { createMcpServer } from '../src/server.js'

/** The bin as it is published. */
export const BIN: string = join(import.meta.dirname, '..', 'dist', 'bin.js')

/** Which protocol a client speaks: that of 2025, as most hosts do, or that of 2026. */
export type Era = 'legacy' | 'modern'

/** How a client is connected. */
export interface ConnectOptions {
  readonly era?: Era
  /** Words after the program's name. */
  readonly args?: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Folders that the client names as its roots. Default: it has no roots. */
  readonly roots?: readonly string[]
}

/** A client of a server that runs. */
export interface Connected extends AsyncDisposable {
  readonly client: Client
  /** What the server has written to stderr so far. */
  readonly stderr: () => string
  /** Calls a tool; an error is an answer. */
  call(name: string, args?: Readonly<Record<string, unknown>>, options?: CallOptions): Promise<CallToolResult>
  /** Calls a tool that must succeed, and gives what it answers. */
  ok<T = any>(name: string, args?: Readonly<Record<string, unknown>>, options?: CallOptions): Promise<T>
  /** Calls a tool that must fail, and gives its message. */
  refused(name: string, args?: Readonly<Record<string, unknown>>): Promise<string>
}

export interface CallOptions {
  readonly signal?: AbortSignal
  readonly onprogress?: ProgressCallback
}

export function makeClient({ era = 'legacy', roots }: Pick<ConnectOptions, 'era' | 'roots'>): Client {
  const client = new Client(
    { name: 'tests', version: '1.0.0' },
    {
      capabilities: roots === undefined ? {} : { roots: {} },
      ...(era === 'modern' && { versionNegotiation: { mode: { pin: '2026-07-28' } } }),
    },
  )
  if (roots !== undefined) {
    client.setRequestHandler('roots/list', () => ({ roots: roots.map((path) => ({ uri: pathToFileURL(path).href })) }))
  }
  return client
}

/** A server in this process, as the flags say, without a transport of its own; it speaks the protocol of 2025. */
export async function connectHere(options: Omit<ConnectOptions, 'era'>): Promise<Connected> {
  let stderr = ''
  const sink = new Writable({ write: (chunk, _encoding, done) => ((stderr += String(chunk)), done()) })
  const { profile, root: roots, write, allowDelete, maxInline, verbose = false } = parseMcpFlags(options.args ?? [])
  const files = await createMcpServer({
    profile,
    roots,
    write,
    allowDelete,
    maxInline,
    env: options.env,
    cwd: options.cwd ?? options.env['HOME'],
    logger: streamLogger(sink, { verbose }),
  })
  const [ours, theirs] = InMemoryTransport.createLinkedPair()
  const client = makeClient(options)
  await files.connect().connect(theirs)
  await client.connect(ours)
  return connected(
    client,
    () => stderr,
    async () => {
      await client.close()
      await files.close()
    },
  )
}

/** Starts the bin, and speaks with it over stdio. */
export async function connectStdio(options: ConnectOptions): Promise<Connected> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [BIN, ...(options.args ?? [])],
    env: { ...options.env },
    cwd: options.cwd ?? options.env['HOME'] ?? '.',
    stderr: 'pipe',
  })
  let stderr = ''
  transport.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const client = makeClient(options)
  await client.connect(transport)
  return connected(
    client,
    () => stderr,
    () => client.close(),
  )
}

/** Starts the bin, and speaks with it over streamable HTTP. */
export async function connectHttp(options: ConnectOptions): Promise<Connected> {
  const child = spawn(process.execPath, [BIN, '--http', '--port', '0', ...(options.args ?? [])], {
    env: { ...options.env },
    cwd: options.cwd ?? options.env['HOME'],
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  let stderr = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
      const found = /listening at (\S+)/.exec(stderr)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.once('exit', () => reject(new Error(`The server ended: ${stderr}`)))
  })
  const client = makeClient(options)
  await client.connect(new StreamableHTTPClientTransport(new URL(url)))
  return connected(
    client,
    () => stderr,
    async () => {
      await client.close()
      child.kill('SIGTERM')
      await exited
    },
  )
}

export function connected(client: Client, stderr: () => string, close: () => Promise<void>): Connected {
  const call: Connected['call'] = (name, args = {}, options = {}) =>
    client.callTool({ name, arguments: { ...args } }, { ...options, timeout: 60_000 })
  return {
    client,
    stderr,
    call,
    async ok(name, args, options) {
      const result = await call(name, args, options)
      if (result.isError) throw new Error(`${name} failed: ${textOf(result.content)}`)
      return result.structuredContent as never
    },
    async refused(name, args) {
      const result = await call(name, args)
      if (!result.isError) throw new Error(`${name} did not fail: ${textOf(result.content)}`)
      return textOf(result.content)
    },
    [Symbol.asyncDispose]: close,
  }
}

/** The text of an answer. */
export function textOf(content: readonly ContentBlock[]): string {
  return content.map((block) => (block.type === 'text' ? block.text : `[${block.type}]`)).join('\n')
}
