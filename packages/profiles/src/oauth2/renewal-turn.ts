import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { isProfileError } from '../errors.js'
import { withLock } from '../lock.js'
import { behindLinks } from '../private-file.js'
import type { Profile } from '../profile.js'
import type { StoreCore } from '../store-core.js'
import { keyOf } from './keep-tokens.js'

/** How long to wait for others who renew, in milliseconds: longer than one of them may take. */
const PATIENCE = 180_000

/**
 * Does what only one program may do at a time with the tokens of a profile: renew or end them. Where the lock cannot be made, in a
 * folder that cannot be written to, only this program does it one at a time, which is warned of.
 * @param signal Ends the waiting for the turn, not the work.
 * @throws ProfileError `busy` · what the work throws · `signal.reason`
 */
export async function withRenewalTurn<T>(
  core: StoreCore,
  profile: Profile,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const { folder, name } = core.placeOf(profile)
  let hasBegun = false
  const begin = (): Promise<T> => {
    hasBegun = true
    return work()
  }
  try {
    const directory = dirname(await behindLinks(folder.settings.path))
    // a name may be anything that TOML can write
    const mark = createHash('sha256').update(name).digest('hex').slice(0, 16)
    return await withLock(join(directory, `.dhis2-files-${mark}.renewal.lock`), begin, { signal, patience: PATIENCE })
  } catch (error) {
    if (hasBegun || !isProfileError(error, 'file-failed')) throw error
    core.warn(`Other programs are not kept from renewing the sign-in of “${name}” at the same time: ${error.message}`)
  }
  const key = keyOf(core, profile)
  const mine = (core.turns.get(key) ?? Promise.resolve()).then(() => {
    signal?.throwIfAborted()
    return work()
  })
  const ended = mine.catch(() => undefined)
  core.turns.set(key, ended)
  try {
    return await mine
  } finally {
    if (core.turns.get(key) === ended) core.turns.delete(key)
  }
}
