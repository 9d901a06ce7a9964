import type { EmulatorSettings } from './settings.js'
import { Routes } from './http/router.js'
import { Access } from './metadata/access.js'
import { Importer } from './metadata/import.js'
import { Lists } from './metadata/list.js'
import { Renderer } from './metadata/render.js'
import { Accounts } from './auth/accounts.js'
import { OAuth2Server } from './auth/oauth2/oauth2-server.js'
import type { Sessions } from './auth/sessions.js'
import { FileStorage } from './surfaces/file-storage.js'
import type { EmulatorState } from './state.js'
import type { Traits } from './versions.js'

/** What a surface works with: it registers its routes, and its hooks into the import of metadata. */
export class Api {
  readonly state: EmulatorState
  readonly traits: Traits
  readonly settings: Required<EmulatorSettings>
  readonly sessions: Sessions
  readonly accounts: Accounts
  /** Undefined where it is off, and on versions without it. */
  readonly oauth2: OAuth2Server | undefined
  readonly routes: Routes = new Routes()
  readonly access: Access
  readonly renderer: Renderer
  readonly lists: Lists
  readonly importer: Importer
  readonly files: FileStorage
  /** Paths that need no user. */
  readonly open: Set<string> = new Set()
  /** Open paths that come before the sign-in: what they make of `Authorization` and cookies is their own. */
  readonly beforeSignIn: Set<string> = new Set()
  /** Paths of forms that carry no CSRF token. */
  readonly withoutCsrfToken: Set<string> = new Set()

  constructor(options: {
    state: EmulatorState
    traits: Traits
    settings: Required<EmulatorSettings>
    sessions: Sessions
    saved: () => void
  }) {
    const { state, traits, settings } = options
    this.state = state
    this.traits = traits
    this.settings = settings
    this.sessions = options.sessions
    this.accounts = new Accounts(state)
    this.oauth2 =
      settings.oauth2 === undefined || !traits.hasOAuth2Server ? undefined : new OAuth2Server(settings.oauth2, state)
    this.access = new Access(state, traits)
    this.renderer = new Renderer(state, traits, this.access)
    this.lists = new Lists(state, traits, this.access, this.renderer)
    this.importer = new Importer(state, traits, this.access)
    this.files = new FileStorage({ state, traits, settings, saved: options.saved })
  }
}
