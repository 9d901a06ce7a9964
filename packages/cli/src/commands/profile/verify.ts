import type { Profile, ProfileCheck } from '@dhis2-files/profiles'
import { defineCommand } from '../../command.js'
import type { CommandContext } from '../../context.js'
import { CliError, exitOf, type Failure, failureOf } from '../../failure.js'
import { factLines } from '../../output/facts.js'
import { printable } from '../../output/text.js'
import { callIt, chosen, NAME_ARGUMENT } from './named.js'

export const verify = defineCommand({
  name: 'verify',
  summary: 'Tries a profile: who you are, the server’s version, whether files can be written.',
  details: 'The exit code is that of what is wrong; with several, 20 where some are good.',
  examples: ['profile verify', 'profile verify play --json', 'profile verify --all'],
  arguments: [NAME_ARGUMENT],
  options: { all: { kind: 'flag', short: 'a', about: 'Every profile that is not hidden.' } },
  async run(context, { name, all }) {
    if (!all) return verifyAndTell(context, [await chosen(context, name)])
    if (name !== undefined)
      throw new CliError('A name and --all exclude each other.', { hint: 'Leave out one of them.' })
    const rows = (await context.profiles()).list().filter(({ hidden }) => !hidden)
    const broken = rows.flatMap(({ name: of, problem }) => (problem ? [{ name: of, error: problem }] : []))
    const good = rows.flatMap(({ profile }) => (profile ? [profile] : []))
    return verifyAndTell(context, good, { broken, several: true })
  },
})

/** What is told of profiles that are tried, and how. */
export interface VerifyOptions {
  /** What else is told of each, as JSON. */
  readonly more?: Readonly<Record<string, unknown>>
  /** Profiles that cannot even be read. */
  readonly broken?: readonly { readonly name: string; readonly error: Error }[]
  /** Whether the JSON is an array, also of one. */
  readonly several?: boolean
}

/** Tries profiles and tells of each. @returns The exit code. */
export async function verifyAndTell(
  context: CommandContext,
  profiles: readonly Profile[],
  { more = {}, broken = [], several = false }: VerifyOptions = {},
): Promise<number> {
  const { out, signal } = context
  const store = await context.profiles()
  const { verifyProfile } = await import('@dhis2-files/profiles')
  const failures: Failure[] = []
  const told: unknown[] = []
  for (const { name, error } of broken) {
    const failure = failureOf(error)
    failures.push(failure)
    told.push({ name, ok: false, error: errorJson(failure) })
    if (!out.json) out.failure(failure, error)
  }
  for (const profile of profiles) {
    const check = await verifyProfile(store, profile, { signal, client: context.clientOptions() })
    signal.throwIfAborted()
    const failure = check.ok ? undefined : failureOf(check.error)
    if (failure) failures.push(failure)
    told.push({ ...more, ...checkJson(check, profile), error: failure && errorJson(failure) })
    if (out.json) continue
    out.print(checkLines(profile, check))
    if (failure) out.failure(failure, check.error)
  }
  if (out.json) out.print(JSON.stringify(several ? told : told[0], undefined, 2))
  return exitOf(failures, told.length - failures.length)
}

function errorJson({ code, message, hint, exitCode }: Failure) {
  return { code, message, hint, exitCode }
}

/** Keys as in the profile files, and as dhis2w-utils has them. */
function checkJson(check: ProfileCheck, profile: Profile) {
  const { name, ok, baseUrl, auth, username = profile.username, version, latencyMs, canWrite, problems } = check
  const latency = latencyMs === undefined ? undefined : Math.round(latencyMs)
  return { name, ok, base_url: baseUrl, auth, username, version, latency_ms: latency, can_write: canWrite, problems }
}

function checkLines(profile: Profile, { ok, baseUrl, username, version, latencyMs, canWrite, problems }: ProfileCheck) {
  const facts = factLines({
    Profile: `${callIt(profile)}: ${ok ? 'good' : 'cannot be used'}`,
    URL: baseUrl,
    User: username,
    Version: version,
    Latency: latencyMs === undefined ? undefined : `${Math.round(latencyMs)} ms`,
    Writing: canWrite === undefined ? undefined : canWrite ? 'files can be written' : 'no',
  })
  return [facts, ...(ok ? problems : []).map((problem) => printable(`- ${problem}`))].join('\n')
}
