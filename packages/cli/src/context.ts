import type { Dhis2Client, Dhis2ClientOptions } from '@dhis2-files/client'
import type { Profile, ProfileStore } from '@dhis2-files/profiles'
import { CliError } from './failure.js'
import type { GlobalInput } from './global-options.js'
import type { Interrupts } from './interrupts.js'
import type { CliIo } from './io.js'
import type { Output } from './output/output.js'
import { trace } from './middleware.js'
import { printable } from './output/text.js'
import { refuseWrites } from './planned.js'

/** What a command works with. Profiles and client are opened when they are first asked for. */
export class CommandContext {
  readonly io: CliIo
  readonly out: Output
  readonly interrupts: Interrupts
  readonly globals: GlobalInput
  readonly version: string
  #store: Promise<ProfileStore> | undefined
  #opened: Promise<{ readonly client: Dhis2Client; readonly profile: Profile }> | undefined

  constructor(parts: { io: CliIo; out: Output; interrupts: Interrupts; globals: GlobalInput; version: string }) {
    this.io = parts.io
    this.out = parts.out
    this.interrupts = parts.interrupts
    this.globals = parts.globals
    this.version = parts.version
  }

  /** Aborts when the user asks to end. Goes along with every request. */
  get signal(): AbortSignal {
    return this.interrupts.signal
  }

  /** Whether nothing may be changed on the server. */
  get dryRun(): boolean {
    return this.globals.dryRun
  }

  /** The profiles of this user and folder. @throws ProfileError */
  profiles(): Promise<ProfileStore> {
    this.#store ??= import('@dhis2-files/profiles').then(({ ProfileStore: Store }) =>
      Store.open({ cwd: this.io.cwd, env: this.io.env, onWarning: (text) => this.out.warn(text) }),
    )
    return this.#store
  }

  /** The profile that `--profile` or the environment names. @throws ProfileError */
  async profile(): Promise<Profile> {
    return (await this.profiles()).resolve(this.globals.profile)
  }

  /** A client of that profile, one for the whole command. With `--dry-run` it sends nothing that writes. @throws ProfileError */
  async client(): Promise<Dhis2Client> {
    return (await this.opened()).client
  }

  /** The client, and the profile that it is of. @throws ProfileError */
  opened(): Promise<{ readonly client: Dhis2Client; readonly profile: Profile }> {
    this.#opened ??= this.#open()
    return this.#opened
  }

  async #open(): Promise<{ readonly client: Dhis2Client; readonly profile: Profile }> {
    const [store, profile, { openClient }] = await Promise.all([
      this.profiles(),
      this.profile(),
      import('@dhis2-files/profiles'),
    ])
    return { client: await openClient(store, profile, this.clientOptions()), profile }
  }

  /** What every client of this program is opened with: its name, and who watches its requests. */
  clientOptions(): Required<Pick<Dhis2ClientOptions, 'userAgent' | 'middleware' | 'logger'>> {
    return {
      userAgent: `dhis2-files/${this.version}`,
      middleware: [...(this.dryRun ? [refuseWrites] : []), ...(this.out.tracing ? [trace(this.out)] : [])],
      logger: { warn: (text) => this.out.warn(text) },
    }
  }

  /**
   * Asks before something is deleted. Goes on with `--yes`, and with `--dry-run`, which deletes nothing.
   * @throws CliError where the answer is no, or where there is nobody to ask
   */
  async confirm(question: string): Promise<void> {
    if (this.globals.yes || this.dryRun) return
    if (!this.io.interactive) {
      throw new CliError('There is no terminal to ask on, so nothing was deleted.', {
        hint: 'Pass --yes to delete without being asked.',
      })
    }
    const { askYes } = await import('./prompts.js')
    // it may hold names from the server
    if (!(await askYes(this, printable(question)))) throw new CliError('Nothing was deleted.', { exit: 'interrupted' })
  }

  /** Ends connections. */
  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined)
    await opened?.client.close()
  }
}
