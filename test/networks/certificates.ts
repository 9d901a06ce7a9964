import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runProgram, temporaryFolder } from './programs.js'

/** A key with its certificate: the paths of both files. */
export interface KeyPair {
  readonly key: string
  readonly certificate: string
}

/** An authority that nobody trusts who is not told to, and what it has signed. */
export interface Authority {
  /** Its certificate, as PEM. */
  readonly ca: string
  /** Made for 127.0.0.1 and localhost. */
  readonly own: KeyPair
  /** Made for another host. */
  readonly other: KeyPair
  remove(): Promise<void>
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** Makes an authority and its certificates with openssl, in a temporary folder. */
export async function makeAuthority(): Promise<Authority> {
  const folder = await temporaryFolder('authority')
  const at = (name: string): string => path.join(folder, name)
  const [key, certificate] = [at('ca.key'), at('ca.pem')]
  await runProgram('openssl', [
    ...['req', '-x509', ...KEY, '-days', '2', '-subj', '/CN=Authority of a test', '-keyout', key, '-out', certificate],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
  ])
  const sign = async (name: string, names: string): Promise<KeyPair> => {
    const pair = { key: at(`${name}.key`), certificate: at(`${name}.pem`) }
    await runProgram('openssl', [
      ...['req', ...KEY, '-subj', `/CN=${name}`, '-keyout', pair.key, '-out', at(`${name}.csr`)],
    ])
    await writeFile(at(`${name}.ext`), `subjectAltName=${names}\n`)
    await runProgram('openssl', [
      ...['x509', '-req', '-in', at(`${name}.csr`), '-CA', certificate, '-CAkey', key, '-CAcreateserial'],
      ...['-days', '2', '-extfile', at(`${name}.ext`), '-out', pair.certificate],
    ])
    return pair
  }
  const own = await sign('own', 'IP:127.0.0.1,DNS:localhost')
  const other = await sign('other', 'DNS:other.example')
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  return { ca: await readFile(certificate, 'utf8'), own, other, remove }
}
