import { readObject } from './decode.js'

/** What a server says about itself. WIRE.md 8.4. */
export interface SystemInfo {
  /** `2.43.1`, `2.44-SNAPSHOT` */
  readonly version: string
  readonly revision?: string
  readonly buildTime?: string
  readonly contextPath?: string
  readonly systemId?: string
  readonly systemName?: string
  /** The server's local time. */
  readonly serverDate?: string
  readonly serverTimeZoneId?: string
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
  readonly id: string
  readonly username: string
  readonly authorities: readonly string[]
}

/** @throws Dhis2Error `protocol` */
export function readMe(value: unknown): Me {
  return readObject(value, 'me', { id: 'string!', username: 'string!', authorities: 'array!' })
}
