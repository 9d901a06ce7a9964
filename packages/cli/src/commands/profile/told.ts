import type { Profile, SavedProfile } from '@dhis2-files/profiles'
import type { Output } from '../../output/output.js'

/** A profile as JSON: the keys are those of the profile files. */
export function profileJson({ name, source, settings, ...profile }: Profile): Readonly<Record<string, unknown>> {
  return {
    name,
    base_url: profile.baseUrl,
    auth: profile.auth,
    username: profile.username,
    client_id: profile.clientId,
    scope: profile.scope,
    redirect_uri: profile.redirectUri,
    version: profile.version,
    proxy: settings.proxy,
    ca: settings.ca,
    connections: settings.connections,
    read_only: settings.readOnly,
    max_file_size: settings.maxFileSize,
    source: source.kind,
    path: source.path,
    chosen_by: source.chosenBy,
  }
}

/** Tells of a profile that was written, and where its secrets are. */
export function tellSaved(out: Output, saved: SavedProfile, done: string, before = ''): void {
  const { profile, path, place } = saved
  out.result({ status: done, ...profileJson(profile), path, secrets: place }, () => {
    const secrets = place === undefined ? '' : `; secrets in the ${place === 'file' ? 'same file (0600)' : place}`
    return `${done} ${before}${profile.name}  ${profile.baseUrl} (${profile.auth}) in ${path}${secrets}`
  })
  tellFallback(out, saved)
}

/** Warns where secrets did not go into the keyring. */
export function tellFallback(out: Output, { fallback }: SavedProfile): void {
  if (fallback !== undefined) out.warn(fallback)
}
