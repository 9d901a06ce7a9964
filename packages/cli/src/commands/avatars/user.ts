import type { Options } from '../../command.js'

/** Whose avatar. */
export const USER_OPTIONS = {
  user: { kind: 'text', short: 'u', value: 'UID', about: 'Uid of a user. Default: the one who signs in.' },
} as const satisfies Options

/** How the owner is called in messages. */
export function ownerOf(user: string | undefined): string {
  return user === undefined ? 'your avatar' : `the avatar of user ${user}`
}
