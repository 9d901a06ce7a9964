import { parseArgs } from 'node:util'
import type { OAuth2Client } from './auth/oauth2/clients.js'
import { type Emulator, createEmulator } from './emulator.js'
import type { RunningServer } from './serve.js'
import type { EmulatorSettings } from './settings.js'
import { type Dhis2Version, VERSIONS } from './versions.js'

const HELP = `usage: dhis2-emulator [options]

Serves DHIS2's file API without a DHIS2. Prints one line with its address when it is ready.
The administrator is "admin" with the password "district".

  --version LINE            release line: ${Object.keys(VERSIONS).join(', ')} (default 2.43)
  --port N                  port, 0 for a free one (default 8080)
  --host ADDRESS            address to listen on (default 127.0.0.1)
  --data DIR                folder that keeps everything over a restart (default: memory)
  --max-file-upload-size N  max.file_upload_size in bytes (default 10000000)
  --context-path PATH       where the application is mounted, as in /dhis (default: /)
  --csrf                    ask for CSRF tokens (2.42 and later)
  --cors ORIGIN             origin that may call from a browser; may be repeated
  --oauth2-client CLIENT    program that may ask for OAuth2 tokens (2.42 and later), as in my-app@http://127.0.0.1/callback
                            or with a secret my-app:s3cret@http://127.0.0.1/callback; may be repeated
  --storage-delay MS        how long after an upload its bytes are stored (default 50)
  --help                    this text
`

/** Wrong usage: exit code 2. */
class UsageError extends Error {}

/** Where the command writes. */
export interface Output {
  out(text: string): void
  err(text: string): void
}

/** A started emulator, or the exit code of a command that is over. */
export type CliResult = { emulator: Emulator; server: RunningServer } | { exitCode: number }

/** Runs `dhis2-emulator` with these arguments. Never throws: what goes wrong is one line on `err` and an exit code. */
export async function runCli(args: readonly string[], output: Output): Promise<CliResult> {
  try {
    const options = readOptions(args)
    if (options.help) {
      output.out(HELP)
      return { exitCode: 0 }
    }
    if (!(options.version in VERSIONS))
      throw new UsageError(`--version must be one of ${Object.keys(VERSIONS).join(', ')}, not "${options.version}"`)
    const port = readNumber('port', options.port, 65_535)
    const emulator = createEmulator({
      version: options.version as Dhis2Version,
      storage: options.data === undefined ? 'memory' : { folder: options.data },
      settings: readSettings(options),
    })
    const server = await emulator.serve({ port, host: options.host })
    output.out(`DHIS2 ${options.version} emulator at ${server.url}\n`)
    return { emulator, server }
  } catch (error) {
    output.err(`dhis2-emulator: ${explain(error as Error)}\n`)
    return { exitCode: error instanceof UsageError || error instanceof TypeError ? 2 : 1 }
  }
}

type Options = ReturnType<typeof parse>

function readOptions(args: readonly string[]): Options {
  try {
    return parse(args)
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      version: { type: 'string', default: '2.43' },
      port: { type: 'string', default: '8080' },
      host: { type: 'string', default: '127.0.0.1' },
      data: { type: 'string' },
      'max-file-upload-size': { type: 'string' },
      'context-path': { type: 'string' },
      csrf: { type: 'boolean' },
      cors: { type: 'string', multiple: true },
      'storage-delay': { type: 'string' },
      'oauth2-client': { type: 'string', multiple: true },
      help: { type: 'boolean' },
    },
  }).values
}

function readSettings(options: Options): EmulatorSettings {
  const size = options['max-file-upload-size']
  const delay = options['storage-delay']
  const contextPath = options['context-path']
  return {
    ...(size !== undefined && { maxFileUploadSize: readNumber('max-file-upload-size', size) }),
    ...(contextPath !== undefined && { contextPath }),
    ...(delay !== undefined && { storageDelay: readNumber('storage-delay', delay) }),
    ...(options.cors !== undefined && { corsAllowList: options.cors }),
    ...(options['oauth2-client'] !== undefined && { oauth2: { clients: options['oauth2-client'].map(readClient) } }),
    csrf: options.csrf ?? false,
  }
}

/** `id@redirect-uri` or `id:secret@redirect-uri`. A wrong one is not repeated: it may hold a secret. */
function readClient(text: string): OAuth2Client {
  const [, id, secret, uri] = /^([^:@]+)(?::([^@]+))?@(.+)$/.exec(text) ?? []
  if (id === undefined || uri === undefined)
    throw new UsageError('--oauth2-client must look like my-app@http://127.0.0.1/callback or my-app:s3cret@http://…')
  return { id, secret, redirectUris: [uri] }
}

function readNumber(name: string, text: string, highest = Number.MAX_SAFE_INTEGER): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || number > highest)
    throw new UsageError(`--${name} must be a whole number${highest < 1e6 ? ` up to ${highest}` : ''}, not "${text}"`)
  return number
}

function explain(error: Error & { code?: string; port?: number; address?: string; path?: string }): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `port ${error.port} is taken; choose another one with --port`
    case 'EACCES':
      return error.port === undefined
        ? `${error.path} cannot be used: permission denied`
        : `port ${error.port} needs more rights; choose another one with --port`
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EEXIST':
      return `${error.path} cannot be made a folder`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `this machine has no address ${error.address ?? ''}; choose another one with --host`
    default:
      return error.message.split('\n')[0] ?? 'failed'
  }
}
