import type { Dhis2Client, Me, ServerVersion, SystemInfo } from '@dhis2-files/client'
import type { Profile } from '@dhis2-files/profiles'
import { humanSize } from '../../output/human.js'
import { bugsOf } from './server-bugs.js'

/** What was looked at, and what was found. */
export interface Check {
  /** `good`, `info`: nothing to do. `warning`: something to look at. */
  readonly level: 'good' | 'info' | 'warning'
  /** What it is about, in a word or two. */
  readonly about: string
  readonly text: string
  /** What to do. */
  readonly todo?: string | undefined
  /** DHIS2's own ticket. */
  readonly ticket?: string | undefined
  /** The row of docs/versions.md. */
  readonly id?: string | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** The server's own default. */
const SIZE_CAP = 10_000_000

/** What can be told without a request. */
export function localChecks(profile: Profile, env: Environment): readonly Check[] {
  const { settings, source } = profile
  const from = source.path === undefined ? 'the environment' : source.path
  const url = new URL(profile.baseUrl)
  const plain = url.protocol === 'http:' && !/^(localhost|127\.|\[::1\])/.test(url.hostname)
  return [
    {
      level: 'good',
      about: 'profile',
      text: `${profile.name ?? 'that of the environment'} (${from}; ${source.chosenBy})`,
    },
    ...(plain
      ? [
          {
            level: 'warning',
            about: 'encryption',
            text: `${url.origin} is not encrypted: passwords and files can be read on the way.`,
            todo: 'Use https.',
          } as const,
        ]
      : []),
    proxyCheck(profile, url, env),
    ...(settings.readOnly
      ? [{ level: 'info', about: 'read_only', text: 'The profile refuses everything that writes.' } as const]
      : []),
  ]
}

function proxyCheck({ settings }: Profile, url: URL, env: Environment): Check {
  const about = 'proxy'
  if (settings.proxy === false) return { level: 'good', about, text: 'none, says the profile' }
  if (settings.proxy !== undefined)
    return { level: 'good', about, text: `${withoutUser(settings.proxy)}, says the profile` }
  const names = url.protocol === 'https:' ? ['https_proxy', 'http_proxy'] : ['http_proxy']
  const read = (name: string): string => env[name] ?? env[name.toUpperCase()] ?? ''
  const name = names.find((one) => read(one) !== '')
  if (name === undefined) return { level: 'good', about, text: 'none' }
  const except = read('no_proxy') === '' ? '' : `, unless NO_PROXY (${read('no_proxy')}) names the host`
  return { level: 'good', about, text: `${withoutUser(read(name))}, says ${name.toUpperCase()}${except}` }
}

function withoutUser(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//•••@')
}

/** What the server says of itself. */
export function serverChecks(
  info: SystemInfo,
  version: ServerVersion,
  profile: Profile,
  latency: number,
): readonly Check[] {
  const name = info.systemName === undefined ? '' : `, “${info.systemName}”`
  const line = `v${version.minor}`
  const { fileStoreProvider, readOnlyMode } = info
  return [
    { level: 'good', about: 'server', text: `DHIS2 ${version.text}${name}; answers in ${Math.round(latency)} ms` },
    ...(version.newerThanKnown
      ? [
          {
            level: 'warning',
            about: 'version',
            text: `It is newer than this program knows, and is treated as ${version.traits.line}.`,
            todo: 'Update dhis2-files.',
          } as const,
        ]
      : []),
    ...(profile.version !== undefined && profile.version !== line
      ? [
          {
            level: 'warning',
            about: 'version',
            text: `The profile says ${profile.version}, and the server is ${line}: requests are made for the wrong version.`,
            todo: 'Take version out of the profile.',
          } as const,
        ]
      : []),
    ...(readOnlyMode === 'on'
      ? [
          {
            level: 'warning',
            about: 'server',
            text: 'The server is in read-only mode: nothing can be written.',
          } as const,
        ]
      : []),
    {
      level: 'info',
      about: 'file store',
      text: fileStoreProvider ?? 'not told: only superusers see it',
    },
  ]
}

/** Who signs in, and what may be written. */
export function userChecks({ username, authorities }: Me): readonly Check[] {
  const all = authorities.includes('ALL')
  const has = (authority: string): boolean => all || authorities.includes(authority)
  const create = has('F_DOCUMENT_PUBLIC_ADD') || has('F_DOCUMENT_PRIVATE_ADD')
  const can = [
    ...(create ? ['make and change documents'] : []),
    ...(has('F_DOCUMENT_DELETE') ? ['delete documents'] : []),
    ...(has('F_ORGANISATIONUNIT_ADD') ? ['set pictures of organisation units'] : []),
    ...(has('F_USER_ADD') ? ['set avatars of others'] : []),
  ]
  const may = can.length === 0 ? 'may read, and upload file resources' : `may ${can.join(', ')}`
  return [
    { level: 'good', about: 'user', text: `${username} ${all ? 'is a superuser' : may}` },
    ...(create
      ? []
      : [
          {
            level: 'info',
            about: 'documents',
            text: 'This user makes no documents.',
            todo: 'Ask for F_DOCUMENT_PUBLIC_ADD or F_DOCUMENT_PRIVATE_ADD if that is needed.',
          } as const,
        ]),
  ]
}

/** Bugs of this version, those that do harm first. */
export function bugChecks(version: ServerVersion): readonly Check[] {
  return bugsOf(version).map(({ id, ticket, level, does, instead }) => ({
    level,
    about: 'known bug',
    text: does,
    todo: instead,
    ticket,
    id,
  }))
}

/** Limits, as far as they can be known without writing. */
export function limitChecks({ settings }: Profile): readonly Check[] {
  const { maxFileSize } = settings
  const cap =
    maxFileSize === undefined
      ? `${humanSize(SIZE_CAP)} a file is assumed, which is DHIS2’s default: servers do not tell theirs`
      : `${humanSize(maxFileSize)} a file, says the profile`
  return [
    {
      level: 'info',
      about: 'limits',
      text: `${cap}. Whether a reverse proxy before the server takes less is not tried, as that would write.`,
      todo:
        maxFileSize === undefined
          ? 'Set max_file_size in the profile if max.file_upload_size is another one.'
          : undefined,
    },
  ]
}

/** More than this, in seconds, makes two-factor codes and tokens fail, and dates mislead. */
const CLOCK_LIMIT = 60

/** Compares the clocks, by the Date header of an answer. */
export async function clockCheck(
  client: Dhis2Client,
  { serverTimeZoneId }: SystemInfo,
  signal: AbortSignal,
): Promise<Check> {
  const before = Date.now()
  const response = await client.request('api/system/info', { signal })
  const after = Date.now()
  await response.body?.cancel()
  const date = Date.parse(response.headers.get('date') ?? '')
  const zone = serverTimeZoneId === undefined ? '' : `; its dates are in ${serverTimeZoneId}`
  if (Number.isNaN(date)) return { level: 'info', about: 'clock', text: `The server does not tell its time${zone}.` }
  // the header has whole seconds
  const off = Math.round((date + 500 - (before + after) / 2) / 1000)
  const about = 'clock'
  if (Math.abs(off) <= CLOCK_LIMIT)
    return { level: 'good', about, text: `as here, within ${Math.abs(off) + 1} s${zone}` }
  const which = off > 0 ? 'ahead of' : 'behind'
  return {
    level: 'warning',
    about,
    text: `The server’s clock is ${Math.abs(off)} s ${which} this machine’s${zone}.`,
    todo: 'Set the clock that is wrong: two-factor codes and OAuth2 tokens fail otherwise.',
  }
}
