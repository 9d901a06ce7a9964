#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { createEmulator } from './emulator.js'
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
  --storage-delay MS        how long after an upload its bytes are stored (default 50)
  --help                    this text
`

/** Wrong usage: exit code 2. */
class UsageError extends Error {}

function readOptions(): ReturnType<typeof parse>['values'] {
  try {
    return parse().values
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

const parse = () =>
  parseArgs({
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
      help: { type: 'boolean' },
    },
  })

function readNumber(name: string, text: string, highest = Number.MAX_SAFE_INTEGER): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || number > highest) throw new UsageError(`--${name} must be a whole number, not "${text}"`)
  return number
}

async function main(): Promise<void> {
  const options = readOptions()
  if (options.help) return void process.stdout.write(HELP)
  if (!(options.version in VERSIONS))
    throw new UsageError(`--version must be one of ${Object.keys(VERSIONS).join(', ')}, not "${options.version}"`)
  const port = readNumber('port', options.port, 65_535)
  const settings: EmulatorSettings = {
    ...(options['max-file-upload-size'] !== undefined && {
      maxFileUploadSize: readNumber('max-file-upload-size', options['max-file-upload-size']),
    }),
    ...(options['context-path'] !== undefined && { contextPath: options['context-path'] }),
    ...(options['storage-delay'] !== undefined && {
      storageDelay: readNumber('storage-delay', options['storage-delay']),
    }),
    ...(options.cors !== undefined && { corsAllowList: options.cors }),
    csrf: options.csrf ?? false,
  }
  const emulator = createEmulator({
    version: options.version as Dhis2Version,
    storage: options.data === undefined ? 'memory' : { folder: options.data },
    settings,
  })
  const server = await emulator.serve({ port, host: options.host })
  process.stdout.write(`DHIS2 ${options.version} emulator at ${server.url}\n`)
  let stopping = false
  const stop = () => {
    if (stopping) process.exit(1)
    stopping = true
    emulator.close().then(
      () => process.exit(0),
      (error: Error) => {
        process.stderr.write(`dhis2-emulator: ${error.message}\n`)
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

function explain(error: Error & { code?: string; port?: number }): string {
  if (error.code === 'EADDRINUSE') return `port ${error.port} is taken; choose another one with --port`
  if (error.code === 'EACCES') return `port ${error.port} needs more rights; choose another one with --port`
  return error.message
}

main().catch((error: Error) => {
  process.stderr.write(`dhis2-emulator: ${explain(error)}\n`)
  process.exit(error instanceof UsageError || error instanceof TypeError ? 2 : 1)
})
