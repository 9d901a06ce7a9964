import type { NewProfile, ProfileAuth, ProfileScope, ProfileVersion } from '@dhis2-files/profiles'
import { defineCommand } from '../../command.js'
import type { CommandContext } from '../../context.js'
import { CliError } from '../../failure.js'
import { SCOPE_OPTIONS, scopeOf } from './named.js'
import { SECRET_OPTIONS, secretsFor } from './secret-input.js'
import { profileJson, tellFallback, tellSaved } from './told.js'
import { verifyAndTell } from './verify.js'

const AUTHS = ['pat', 'basic', 'oauth2', 'session'] as const

export const add = defineCommand({
  name: 'add',
  summary: 'Adds a profile.',
  details:
    'What is missing is asked for on a terminal. Secrets are asked for, or come from the environment or stdin: never from an argument. They go to the keyring of the system; where there is none, to the file, which only you can read.',
  examples: [
    'profile add demo --url https://dhis2.example.org --auth basic --username admin',
    'profile add hmis --from-env --default --verify',
  ],
  writes: true,
  arguments: [{ name: 'name', about: 'A letter, then letters, digits and underscores.' }],
  options: {
    url: { kind: 'text', value: 'URL', about: 'The root of the DHIS2.' },
    auth: { kind: 'text', value: 'HOW', choices: AUTHS, about: 'How to sign in.' },
    username: { kind: 'text', short: 'u', value: 'NAME', about: 'With basic.' },
    clientId: { kind: 'text', value: 'ID', about: 'Of the OAuth2 client.' },
    scope: { kind: 'text', value: 'SCOPE', about: 'What OAuth2 asks for. Default ALL.' },
    redirectUri: { kind: 'text', value: 'URL', about: 'Where OAuth2 comes back to. Default http://localhost:8765.' },
    version: { kind: 'text', value: 'VERSION', about: 'The server’s version: v41 to v44. Default: asked.' },
    ...SECRET_OPTIONS,
    ...SCOPE_OPTIONS,
    default: { kind: 'flag', about: 'Make it the default of that file.' },
    verify: { kind: 'flag', about: 'Try it.' },
    keep: {
      kind: 'text',
      value: 'PLACE',
      choices: ['keyring', 'file'],
      about: 'Where secrets are kept. In the file dhis2w-utils finds them too. Default: keyring.',
    },
    proxy: { kind: 'text', value: 'URL', about: 'Proxy for every request, or none.' },
    ca: { kind: 'text', value: 'PATH', about: 'PEM file of further authorities.', complete: 'path' },
    connections: { kind: 'count', value: 'N', about: 'How many connections at most.' },
    readOnly: { kind: 'flag', about: 'Refuse everything that writes.' },
    maxFileSize: { kind: 'count', value: 'BYTES', about: 'The server’s max.file_upload_size.' },
  },
  async run(context, input) {
    const { out, io } = context
    const scope = scopeOf(input)
    checkNoPassword('--url', input.url, 'Leave it out: a profile has --username, and the password is asked for.')
    checkNoPassword('--proxy', input.proxy, proxyHint(input.name))
    await checkFree(context, input.name, scope)
    for (const url of [input.url, input.proxy]) refusePassword(url)
    const env: Readonly<Record<string, string | undefined>> = input.fromEnv ? io.env : {}
    const baseUrl = input.url ?? (env['DHIS2_URL'] || (await askFor(context, '--url', 'URL of the DHIS2')))
    const auth = (input.auth ?? authOfEnv(env) ?? (await askAuth(context))) as ProfileAuth
    const { profileFromEnvironment } = await import('@dhis2-files/profiles')
    const given: Partial<NewProfile> = profileFromEnvironment(auth, env)
    const ask = (needed: boolean, option: string, question: string): Promise<string> | undefined =>
      needed ? askFor(context, option, question) : undefined
    const { proxy, ca, connections, maxFileSize, readOnly } = input
    const profile: NewProfile = {
      name: input.name,
      baseUrl,
      auth,
      username: input.username ?? given.username ?? (await ask(auth === 'basic', '--username', 'User name')),
      clientId:
        input.clientId ?? given.clientId ?? (await ask(auth === 'oauth2', '--client-id', 'Id of the OAuth2 client')),
      scope: input.scope ?? given.scope,
      redirectUri: input.redirectUri ?? given.redirectUri,
      version: versionOf(input.version),
      settings: { proxy: proxy === 'none' ? false : proxy, ca, connections, maxFileSize, readOnly },
    }
    const store = await context.profiles()
    if (context.dryRun) {
      const path = scope === 'project' ? store.projectPath : store.globalPath
      const source = { kind: scope ?? 'global', path, chosenBy: 'argument' } as const
      const planned = { ...profile, settings: { ...profile.settings, readOnly }, source }
      out.result(
        { status: 'planned', dryRun: true, ...profileJson(planned) },
        () => `would add ${profile.name} to ${path}`,
      )
      return
    }
    const secrets = await secretsFor(context, auth, input, given.secrets)
    const options = { scope, makeDefault: input.default, keep: input.keep as 'keyring' | 'file' | undefined }
    const saved = await store.add({ ...profile, secrets }, options)
    if (!input.verify) {
      tellSaved(out, saved, 'added')
      if (auth === 'oauth2' || (auth === 'session' && secrets.cookie === undefined)) {
        out.note(`dhis2-files profile login ${profile.name} signs in.`)
      }
      return
    }
    if (!out.json) tellSaved(out, saved, 'added')
    else tellFallback(out, saved)
    return verifyAndTell(context, [saved.profile], { more: { status: 'added', ...profileJson(saved.profile) } })
  },
})

/** @throws CliError `usage` where a URL on the command line holds a password, which is not shown */
function checkNoPassword(option: string, url: string | undefined, hint: string): void {
  if (url === undefined || !/:[^@]*@/.test(url.replace(/^\w+:\/\//, ''))) return
  throw new CliError(
    `${option} holds a password: what is secret is not passed as an argument, where others on this machine see it.`,
    { hint },
  )
}

function proxyHint(name: string): string {
  return `Leave the password out here. Then write proxy = "http://USER:PASSWORD@HOST:PORT" below [profiles.${name}] in dhis2-files.toml, beside the profile; or leave out --proxy, and set HTTPS_PROXY in the environment.`
}

/** What is asked for afterwards would have been typed in vain. @throws ProfileError · CliError */
async function checkFree(context: CommandContext, name: string, scope: ProfileScope = 'global'): Promise<void> {
  const { checkProfileName } = await import('@dhis2-files/profiles')
  checkProfileName(name)
  const taken = (await context.profiles()).list().find((row) => row.name === name && row.scope === scope)
  if (taken === undefined) return
  throw new CliError(`There is a profile “${name}” in ${taken.path} already.`, {
    exit: 'conflict',
    hint: `Choose another name, or first: dhis2-files profile remove ${name}`,
  })
}

/** @throws CliError that does not repeat it */
function refusePassword(url: string | undefined): void {
  if (url === undefined || !URL.canParse(url) || new URL(url).password === '') return
  throw new CliError('A URL with a password is no argument: others on this machine see it.', {
    hint: 'Leave the password out. That of a proxy may stand in dhis2-files.toml, which only you can read, or in HTTPS_PROXY.',
  })
}

async function askFor(context: CommandContext, option: string, question: string): Promise<string> {
  if (context.io.interactive) return (await import('../../prompts.js')).askText(context, question)
  throw new CliError(`${option} is missing.`, { hint: `Pass ${option}, or --from-env.` })
}

async function askAuth(context: CommandContext): Promise<string> {
  if (!context.io.interactive) {
    throw new CliError('--auth is missing.', { hint: `Pass --auth ${AUTHS.join('|')}, or --from-env.` })
  }
  const { askChoice } = await import('../../prompts.js')
  return askChoice(context, 'How do you sign in?', [
    { value: 'pat', label: 'Personal access token', hint: 'made in the user profile app' },
    { value: 'basic', label: 'User name and password' },
    { value: 'oauth2', label: 'OAuth2, in the browser' },
    { value: 'session', label: 'Session', hint: 'user name, password and two-factor code, once' },
  ])
}

function authOfEnv(env: Readonly<Record<string, string | undefined>>): ProfileAuth | undefined {
  if (env['DHIS2_PAT']) return 'pat'
  if (env['DHIS2_USERNAME'] && env['DHIS2_PASSWORD']) return 'basic'
  if (env['DHIS2_SESSION_COOKIE']) return 'session'
  return env['DHIS2_OAUTH_CLIENT_ID'] ? 'oauth2' : undefined
}

function versionOf(text: string | undefined): ProfileVersion | undefined {
  if (text === undefined) return undefined
  const match = /^(?:v|2\.)?(4[1-4])$/i.exec(text.trim())
  if (match !== null) return `v${match[1]}` as ProfileVersion
  throw new CliError(`“${text}” is no version of a profile.`, { hint: 'Pass v41, v42, v43 or v44, or leave it out.' })
}
