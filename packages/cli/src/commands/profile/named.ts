import type { Profile, ProfileScope } from '@dhis2-files/profiles'
import type { ArgumentSpec, Options } from '../../command.js'
import type { CommandContext } from '../../context.js'
import { CliError } from '../../failure.js'

/** The argument that names a profile, where the chosen one is meant without it. */
export const NAME_ARGUMENT = {
  name: 'name',
  required: false,
  about: 'Name of the profile. Default: the one that is in use.',
  complete: 'profile',
} as const satisfies ArgumentSpec

/** Which file. */
export const SCOPE_OPTIONS = {
  global: { kind: 'flag', about: 'In the file of this user.' },
  local: { kind: 'flag', about: 'In the file of this project: .dhis2/profiles.toml.' },
} as const satisfies Options

/** The file that the options name. @throws CliError where they name both */
export function scopeOf({
  global,
  local,
}: {
  readonly global: boolean
  readonly local: boolean
}): ProfileScope | undefined {
  if (global && local)
    throw new CliError('--global and --local exclude each other.', { hint: 'Leave out one of them.' })
  return global ? 'global' : local ? 'project' : undefined
}

/** The profile of this name, or the one in use. @throws ProfileError */
export async function chosen(
  context: CommandContext,
  name: string | undefined,
  scope?: ProfileScope,
): Promise<Profile> {
  const store = await context.profiles()
  return name === undefined ? store.resolve(context.globals.profile) : store.get(name, { scope, chosenBy: 'argument' })
}

/** How a profile is called in messages. */
export function callIt({ name }: Profile): string {
  return name ?? 'the profile of the environment'
}
