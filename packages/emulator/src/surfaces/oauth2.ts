import type { Api } from '../api.js'
import { authorizeRoutes } from './oauth2/authorize.js'
import { oauth2Metadata } from './oauth2/metadata.js'
import { tokenRoutes } from './oauth2/token.js'
import { userInfo } from './oauth2/user-info.js'

/** The authorization server. Where it is off its routes are as unknown as any other. */
export function oauth2(api: Api): void {
  if (api.oauth2 === undefined) return
  oauth2Metadata(api, api.oauth2)
  authorizeRoutes(api, api.oauth2)
  tokenRoutes(api, api.oauth2)
  userInfo(api, api.oauth2)
}
