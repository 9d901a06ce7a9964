/** The password of the account that the tests sign in with. Nothing else looks like it. */
export const PASSWORD = 'correct-Horse-7battery'

/** A password that no account has. It is a secret as well: it may be one for another server. */
export const WRONG_PASSWORD = 'wrong-Horse-8staple'

/** What credentials look like, whoever issued them. */
const PATTERNS: readonly RegExp[] = [
  /JSESSIONID=(?!\*)[\w-]+/i,
  /\bBasic\s+[\w+/]{8,}=*/,
  /\bBearer\s+[\w.~+/-]{8,}/,
  /\bd2p(at)?_\w{8,}/,
]

/** Every secret that is found in a text, whole, encoded or as a header. */
export function secretsIn(text: string, more: readonly string[] = []): readonly string[] {
  const known = [PASSWORD, WRONG_PASSWORD, ...more].flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(`operator:${secret}`).toString('base64').replace(/=+$/, ''),
  ])
  return [
    ...known.filter((secret) => text.includes(secret)),
    ...PATTERNS.flatMap((pattern) => pattern.exec(text)?.[0] ?? []),
  ]
}

/** @throws Error where an output shows a secret */
export function expectNoSecret(text: string, where: string, more: readonly string[] = []): void {
  const [found] = secretsIn(text, more)
  if (found !== undefined) throw new Error(`${where} shows the secret ${found}:\n${text.slice(0, 4_000)}`)
}
