import { once } from 'node:events'
import type { EmulatorSettings, RunningServer } from '@dhis2-files/emulator'
import { defineCommand } from '../command.js'
import type { CommandContext } from '../context.js'
import { CliError, errnoOf } from '../failure.js'

const LINES = ['2.41', '2.42', '2.43', '2.44'] as const

export const emulator = defineCommand({
  name: 'emulator',
  summary: 'Starts a server that has DHIS2’s file API, to try things on.',
  details:
    'It is no DHIS2: it has the file routes and what they need. The administrator is “admin” with the password “district”. Ctrl-C stops it. With --json it prints one line when it is ready.',
  examples: ['emulator', 'emulator --version 2.41 --port 0 --json'],
  arguments: [],
  options: {
    version: { kind: 'text', value: 'LINE', default: '2.43', choices: LINES, about: 'Release line that it is like.' },
    port: { kind: 'count', value: 'N', default: 8080, min: 0, about: 'Port; 0 for a free one.' },
    host: { kind: 'text', value: 'ADDRESS', default: '127.0.0.1', about: 'Address to listen on.' },
    data: {
      kind: 'text',
      value: 'DIR',
      about: 'Folder that keeps everything over a restart. Default: memory.',
      complete: 'path',
    },
    maxFileUploadSize: { kind: 'count', value: 'BYTES', about: 'The setting max.file_upload_size. Default 10000000.' },
    contextPath: { kind: 'text', value: 'PATH', about: 'Where the application is mounted, as in /dhis. Default: /.' },
    csrf: { kind: 'flag', about: 'Ask for CSRF tokens (2.42 and later).' },
    cors: { kind: 'list', value: 'ORIGIN', about: 'Origin that may call from a browser. May be repeated.' },
    oauth2Client: {
      kind: 'list',
      value: 'ID[:SECRET]@URL',
      about: 'Program that may ask for OAuth2 tokens (2.42 and later). May be repeated.',
    },
    storageDelay: {
      kind: 'count',
      value: 'MS',
      min: 0,
      about: 'How long after an upload its bytes are stored. Default 50.',
    },
  },
  async run(
    context,
    { version, port, host, data, maxFileUploadSize, contextPath, csrf, cors, oauth2Client, storageDelay },
  ) {
    if (port > 65_535) throw new CliError(`There is no port ${port}.`, { hint: 'Ports end at 65535; 0 is a free one.' })
    const settings: EmulatorSettings = {
      ...(maxFileUploadSize !== undefined && { maxFileUploadSize }),
      ...(contextPath !== undefined && { contextPath }),
      ...(storageDelay !== undefined && { storageDelay }),
      ...(cors.length > 0 && { corsAllowList: cors }),
      ...(oauth2Client.length > 0 && { oauth2: { clients: oauth2Client.map(clientOf) } }),
      csrf,
    }
    const { createEmulator } = await import('@dhis2-files/emulator')
    const storage = data === undefined ? 'memory' : { folder: data }
    const made = createEmulator({ version: version as (typeof LINES)[number], storage, settings })
    try {
      const server = await made.serve({ port, host }).catch((error: unknown) => {
        throw explained(error, port, host)
      })
      await until(context, server, version)
    } finally {
      await made.close()
    }
  },
})

/** A wrong one is not repeated: it may hold a secret. */
function clientOf(text: string): {
  readonly id: string
  readonly secret: string | undefined
  readonly redirectUris: string[]
} {
  const [, id, secret, uri] = /^([^:@]+)(?::([^@]+))?@(.+)$/.exec(text) ?? []
  if (id !== undefined && uri !== undefined) return { id, secret, redirectUris: [uri] }
  throw new CliError('This is no OAuth2 client.', { hint: 'Pass --oauth2-client my-app@http://127.0.0.1/callback.' })
}

/** Tells where it is, and waits for Ctrl-C, which is how it ends well. */
async function until({ out, signal }: CommandContext, { url, port }: RunningServer, version: string): Promise<void> {
  const ready = { status: 'ready', url, port, version, username: 'admin', password: 'district' }
  if (out.json) out.print(JSON.stringify(ready))
  else {
    out.print(`DHIS2 ${version} emulator at ${url}`)
    out.note(
      `Sign in as admin with the password district: DHIS2_URL=${url} DHIS2_USERNAME=admin DHIS2_PASSWORD=district`,
    )
    out.note('Ctrl-C stops it.')
  }
  if (!signal.aborted) await once(signal, 'abort')
}

function explained(error: unknown, port: number, host: string): unknown {
  const options = { exit: 'unsupported', cause: error } as const
  switch (errnoOf(error)) {
    case 'EADDRINUSE':
      return new CliError(`Port ${port} is taken.`, { ...options, hint: 'Choose another one with --port, or 0.' })
    case 'EACCES':
      return new CliError(`Port ${port} needs more rights.`, { ...options, hint: 'Choose one above 1023 with --port.' })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new CliError(`This machine has no address ${host}.`, { ...options, hint: 'Leave out --host.' })
    default:
      return error
  }
}
