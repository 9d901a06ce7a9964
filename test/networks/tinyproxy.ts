import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { freePorts, type Program, startProgram, temporaryFolder } from './programs.js'

/** A forward proxy. */
export interface Tinyproxy extends Program {
  readonly port: number
  /** `127.0.0.1:port` */
  readonly host: string
  /** Requests that it took, as `CONNECT host:port` or `GET http://…`. */
  requests(): Promise<readonly string[]>
}

export async function startTinyproxy(
  options: {
    /** Who may use it. Default everybody. */
    readonly user?: { readonly name: string; readonly password: string }
    /** The only port that it makes tunnels to. Default all. */
    readonly connectPort?: number
  } = {},
): Promise<Tinyproxy> {
  const { user, connectPort } = options
  const folder = await temporaryFolder('tinyproxy')
  const { port } = await freePorts('port')
  const log = path.join(folder, 'log')
  const config = [
    `Port ${port}`,
    'Listen 127.0.0.1',
    'Timeout 600',
    'MaxClients 100',
    `LogFile "${log}"`,
    'LogLevel Connect',
    ...(user === undefined ? [] : [`BasicAuth ${user.name} ${user.password}`]),
    ...(connectPort === undefined ? [] : [`ConnectPort ${connectPort}`]),
  ]
  await writeFile(path.join(folder, 'config'), `${config.join('\n')}\n`)
  const program = await startProgram('tinyproxy', ['-d', '-c', path.join(folder, 'config')], { folder, ports: [port] })
  return {
    ...program,
    port,
    host: `127.0.0.1:${port}`,
    async requests() {
      const lines = await readFile(log, 'utf8')
      return [...lines.matchAll(/Request \(file descriptor \d+\): (\S+ \S+) HTTP/g)].map(([, line = '']) => line)
    },
  }
}
