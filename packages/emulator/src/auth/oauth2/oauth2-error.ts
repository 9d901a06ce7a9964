/** An error of an OAuth2 endpoint, by its code of RFC 6749. */
export class OAuth2Error extends Error {
  readonly code: string
  /** The parameter that is wrong, where the answer says so. */
  readonly parameter: string | undefined

  constructor(code: string, parameter?: string) {
    super(parameter === undefined ? code : `[${code}] OAuth 2.0 Parameter: ${parameter}`)
    this.code = code
    this.parameter = parameter
  }

  /** Members of the answer beside `error`. `section` names the part of the specification, as the server does. */
  details(section: string): Readonly<Record<string, string>> {
    if (this.parameter === undefined) return {}
    return {
      error_description: `OAuth 2.0 Parameter: ${this.parameter}`,
      error_uri: `https://datatracker.ietf.org/doc/html/${section}`,
    }
  }
}
