import type { OAuth2Settings } from './auth/oauth2/clients.js'

/** How the emulated server is configured. Every field has a default. */
export interface EmulatorSettings {
  /** `max.file_upload_size` of dhis.conf (bytes). @default 10_000_000 */
  maxFileUploadSize?: number
  /** Where the application is mounted: `/dhis`. @default '' */
  contextPath?: string
  /** Origins that may call from a browser; `*` is a wildcard. @default none */
  corsAllowList?: readonly string[]
  /** `http.security.csrf.enabled`; 2.41 does not have it. @default false */
  csrf?: boolean
  /** How long after an upload its bytes are stored (milliseconds), or `never`. @default 50 */
  storageDelay?: number | 'never'
  /** `oauth2.server.enabled`, with its clients; 2.41 does not have it. @default off */
  oauth2?: OAuth2Settings | undefined
}

/**
 * Fills in the defaults.
 *
 * @throws TypeError when a value makes no sense
 */
export function completeSettings(settings: EmulatorSettings = {}): Required<EmulatorSettings> {
  const complete = {
    maxFileUploadSize: settings.maxFileUploadSize ?? 10_000_000,
    contextPath: (settings.contextPath ?? '').replace(/\/+$/, ''),
    corsAllowList: settings.corsAllowList ?? [],
    csrf: settings.csrf ?? false,
    storageDelay: settings.storageDelay ?? 50,
    oauth2: settings.oauth2,
  }
  const { maxFileUploadSize, contextPath, storageDelay } = complete
  if (!Number.isFinite(maxFileUploadSize) || maxFileUploadSize < 0)
    throw new TypeError(`maxFileUploadSize must be a number of bytes, not ${maxFileUploadSize}`)
  if (contextPath !== '' && !/^(\/[\w.~-]+)+$/.test(contextPath))
    throw new TypeError(`contextPath must look like /dhis, not ${contextPath}`)
  if (storageDelay !== 'never' && !(Number.isFinite(storageDelay) && storageDelay >= 0))
    throw new TypeError(`storageDelay must be a number of milliseconds or 'never', not ${storageDelay}`)
  return complete
}
