import { TomlError } from 'smol-toml'
import { ProfileError } from './errors.js'
import { readText, replaceText } from './private-file.js'
import { type Change, isTable, type Table } from './toml/change.js'
import { CannotEdit, contentOf, edit } from './toml/edit.js'

/** A TOML file as it was when it was read last. */
export class TomlFile {
  readonly path: string
  readonly #check: (path: string) => Promise<ProfileError | undefined>
  #state: { readonly text: string | undefined; readonly content: Table } | ProfileError = {
    text: undefined,
    content: {},
  }

  /** @param check Gives why the file, which is there, is not used. */
  constructor(path: string, check: (path: string) => Promise<ProfileError | undefined> = async () => undefined) {
    this.path = path
    this.#check = check
  }

  /** Reads it. What is wrong with it is told when its content is asked for. */
  async load(): Promise<void> {
    try {
      const text = await readText(this.path)
      const problem = text === undefined ? undefined : await this.#check(this.path)
      this.#state = problem ?? { text, content: text === undefined ? {} : contentOf(text) }
    } catch (error) {
      if (error instanceof TomlError) this.#state = notUnderstood(this.path, error)
      else if (error instanceof ProfileError) this.#state = error
      else throw error
    }
  }

  /** What it says; nothing when there is no file. @throws ProfileError `invalid-file` · `file-failed` */
  get content(): Table {
    if (this.#state instanceof ProfileError) throw this.#state
    return this.#state.content
  }

  /** The tables below `profiles`, by name. @throws as `content` */
  get profiles(): ReadonlyMap<string, Table> {
    const { profiles } = this.content
    const entries = isTable(profiles) ? Object.entries(profiles) : []
    return new Map(entries.filter((entry): entry is [string, Table] => isTable(entry[1])))
  }

  /**
   * Reads it anew and writes it with changes. When somebody else writes it in between, it begins again.
   * @param plan Which changes, by what the file says now. May throw.
   * @throws ProfileError `cannot-edit`, with the file as it was · `changed-meanwhile` · `invalid-file` · `file-failed`
   */
  async edit(plan: (content: Table) => readonly Change[]): Promise<void> {
    for (let attempt = 0; attempt < 8; attempt++) {
      await this.load()
      const changes = plan(this.content)
      const { text } = this.#state as { text: string | undefined }
      const edited = this.#edited(text ?? '', changes)
      if (edited === (text ?? '') || (await replaceText(this.path, edited, text))) return this.load()
    }
    throw new ProfileError(`Cannot change ${this.path}: another program writes it all the time.`, {
      code: 'changed-meanwhile',
      path: this.path,
      hint: 'Try again when that program has ended.',
    })
  }

  #edited(text: string, changes: readonly Change[]): string {
    try {
      return edit(text, changes)
    } catch (error) {
      if (!(error instanceof CannotEdit)) throw error
      throw new ProfileError(`Cannot change ${this.path}: ${error.message}. It is as it was.`, {
        code: 'cannot-edit',
        path: this.path,
        hint: 'Change it by hand, or write that part as [profiles.NAME] with a key on each line.',
      })
    }
  }
}

/** The parser's own message shows the lines around, which may hold a secret. */
function notUnderstood(path: string, { message, line, column }: TomlError): ProfileError {
  const why = /^Invalid TOML document: ([^\n]*)/.exec(message)?.[1] ?? 'it is no TOML'
  return new ProfileError(`Cannot understand ${path}, line ${line}, column ${column}: ${why}.`, {
    code: 'invalid-file',
    path,
    hint: 'Correct that line.',
  })
}
