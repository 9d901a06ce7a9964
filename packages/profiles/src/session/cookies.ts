/** The cookies of one sign-in, by name. */
export class Cookies {
  readonly #values = new Map<string, string>()

  /** Takes what an answer sets. */
  store({ headers }: Response): void {
    for (const line of headers.getSetCookie()) {
      const pair = line.split(';', 1)[0] ?? ''
      const at = pair.indexOf('=')
      const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
      if (at < 1) continue
      if (value === '') this.#values.delete(name)
      else this.#values.set(name, value)
    }
  }

  get(name: string): string | undefined {
    return this.#values.get(name)
  }

  /** The value of a Cookie header with all that are there; `undefined` for none. */
  header(): string | undefined {
    const pairs = [...this.#values].map(([name, value]) => `${name}=${value}`)
    return pairs.length === 0 ? undefined : pairs.join('; ')
  }
}
