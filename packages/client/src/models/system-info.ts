import { readObject } from './decode.js'

/** What a server says about itself. WIRE.md 8.4. */
export interface SystemInfo {
  /** `2.43.1`, `2.44-SNAPSHOT` */
  readonly version: string
  /** Commit that it was built from. */
  readonly revision?: string
  /** When it was built. */
  readonly buildTime?: string
  /** Its own address, as it sees it. */
  readonly contextPath?: string
  /** Uuid of the installation. */
  readonly systemId?: string
  /** Title of the installation. */
  readonly systemName?: string
  /** The server's local time. */
  readonly serverDate?: string
  /** Such as `Europe/Oslo`. */
  readonly serverTimeZoneId?: string
  /** Its own address, as its settings say. */
  readonly instanceBaseUrl?: string
  /** Super users see it. */
  readonly fileStoreProvider?: string
  readonly [member: string]: unknown
}

/** @throws Dhis2Error `protocol` */
export function readSystemInfo(value: unknown): SystemInfo {
  return readObject(value, 'system info', { version: 'string!', serverDate: 'string', contextPath: 'string' })
}

/** The signed-in user. */
export interface Me {
  /** Uid. */
  readonly id: string
  /** The name to sign in with. */
  readonly username: string
  /** Such as `F_DOCUMENT_PUBLIC_ADD`; `ALL` for a superuser. */
  readonly authorities: readonly string[]
}

/** @throws Dhis2Error `protocol` */
export function readMe(value: unknown): Me {
  return readObject(value, 'me', { id: 'string!', username: 'string!', authorities: 'array!' })
}
