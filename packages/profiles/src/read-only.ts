import type { Middleware } from '@dhis2-files/client'
import type { Profile } from './profile.js'

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Refuses, before it is sent, every request that is none for reading. */
export function readOnly(profile: Profile): Middleware {
  const { name, source } = profile
  const hint = `Use another profile, or set read_only to false for [profiles.${name}] in ${source.settingsPath}.`
  return (next) => async (request) => {
    if (READS.has(request.method.toUpperCase())) return next(request)
    const { Dhis2Error } = await import('@dhis2-files/client')
    const path = request.url.pathname
    throw new Dhis2Error(
      `${request.method} ${path} was not sent: the profile “${name}” is for reading only (read_only in ${source.settingsPath}). ${hint}`,
      { code: 'forbidden', method: request.method, path, hint },
    )
  }
}
