import type { Api } from '../api.js'
import { apiTokens } from './api-tokens.js'
import { audits } from './audits.js'
import { avatars } from './avatars.js'
import { dataValueSets } from './data-value-sets.js'
import { dataValues } from './data-values.js'
import { documents } from './documents.js'
import { fileResources } from './file-resources.js'
import { icons } from './icons.js'
import { login } from './login.js'
import { loginPage } from './login-page.js'
import { logout } from './logout.js'
import { me } from './me.js'
import { messages } from './messages.js'
import { metadata } from './metadata.js'
import { oauth2 } from './oauth2.js'
import { optionCombos } from './option-combos.js'
import { orgUnitImages } from './org-unit-images.js'
import { sharing } from './sharing.js'
import { systemSettings } from './system-settings.js'
import { system } from './system.js'
import { tracker } from './tracker.js'

/** Registers every surface. The generic routes come last: what a surface refines is registered before them. */
export function registerSurfaces(api: Api): void {
  system(api)
  login(api)
  loginPage(api)
  logout(api)
  oauth2(api)
  me(api)
  apiTokens(api)
  fileResources(api)
  documents(api)
  audits(api)
  dataValues(api)
  dataValueSets(api)
  messages(api)
  icons(api)
  avatars(api)
  orgUnitImages(api)
  optionCombos(api)
  systemSettings(api)
  sharing(api)
  tracker(api)
  metadata(api)
}
