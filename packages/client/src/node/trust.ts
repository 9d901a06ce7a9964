import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as tls from 'node:tls'
import type { ConnectionOptions } from '../platform.js'

/** What TLS connections are made with. */
export type Trust = Pick<tls.ConnectionOptions, 'secureContext' | 'rejectUnauthorized'>

/**
 * Understands the options `ca` and `insecure`. The authorities in `ca` are trusted beside those that Node trusts by itself.
 * @throws TypeError when `ca` holds no certificate, or one that cannot be read.
 */
export function trustOf({ ca, insecure }: Pick<ConnectionOptions, 'ca' | 'insecure'>): Trust {
  return {
    // read once: every connection has the same context
    ...(ca !== undefined && { secureContext: tls.createSecureContext({ ca: [...defaults(), ...certificates(ca)] }) }),
    ...(insecure === true && { rejectUnauthorized: false }),
  }
}

function certificates(ca: NonNullable<ConnectionOptions['ca']>): string[] {
  const given = typeof ca === 'string' || ca instanceof Uint8Array ? [ca] : ca
  const found = given.flatMap((one) => blocksOf(typeof one === 'string' ? one : Buffer.from(one).toString('latin1')))
  if (found.length === 0) throw new TypeError('ca holds no certificate.')
  return found
}

function blocksOf(text: string): string[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
  if (blocks === null) {
    throw new TypeError(
      'ca is the text of certificates in PEM form, which begins with -----BEGIN CERTIFICATE-----. A path is not opened: read the file.',
    )
  }
  for (const block of blocks) {
    try {
      void new X509Certificate(block)
    } catch (cause) {
      throw new TypeError('ca holds a certificate that cannot be read.', { cause })
    }
  }
  return blocks
}

/** What Node trusts by itself, with the file in NODE_EXTRA_CA_CERTS: Node 20 cannot tell it. */
function defaults(): readonly string[] {
  const told = (tls as { getCACertificates?: () => readonly string[] }).getCACertificates?.()
  if (told !== undefined) return told
  const path = process.env['NODE_EXTRA_CA_CERTS'] ?? ''
  try {
    return path === '' ? tls.rootCertificates : [...tls.rootCertificates, readFileSync(path, 'utf8')]
  } catch {
    // Node warned of it when it began
    return tls.rootCertificates
  }
}
