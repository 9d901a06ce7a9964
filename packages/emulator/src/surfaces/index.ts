import type { Api } from '../api.js'
import { apiTokens } from './api-tokens.js'
import { audits } from './audits.js'
import { documents } from './documents.js'
import { fileResources } from './file-resources.js'
import { login } from './login.js'
import { me } from './me.js'
import { metadata } from './metadata.js'
import { sharing } from './sharing.js'
import { system } from './system.js'
import { tracker } from './tracker.js'

/** Registers every surface. The generic routes come last: what a surface refines is registered before them. */
export function registerSurfaces(api: Api): void {
  system(api)
  login(api)
  me(api)
  apiTokens(api)
  fileResources(api)
  documents(api)
  audits(api)
  sharing(api)
  tracker(api)
  metadata(api)
}
