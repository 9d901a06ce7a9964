import { stat } from 'node:fs/promises'
import { ProfileError } from './errors.js'
import type { Environment } from './locate.js'
import { shellWord } from './shell-word.js'

/** Whose project files are used too: numbers of users, with commas between. */
const TRUSTED = 'DHIS2_FILES_TRUST_UID'

/**
 * What is wrong with who may read or change a file or whose it is, as a sentence; `undefined` when nothing is. Where there are no
 * users of this kind, as on Windows, modes say nothing.
 * @param holdsSecrets Whether it is wrong too that others can read it.
 */
export async function exposureOf(
  path: string,
  env: Environment,
  { holdsSecrets }: { readonly holdsSecrets: boolean },
): Promise<string | undefined> {
  const found = process.getuid === undefined ? undefined : await stat(path).catch(() => undefined)
  if (found === undefined) return undefined
  const mode = found.mode & 0o777
  const isWritable = (mode & 0o022) !== 0
  const octal = mode.toString(8).padStart(4, '0')
  if (holdsSecrets && (mode & 0o077) !== 0) {
    const may = isWritable ? 'read or changed' : 'read'
    return `${path} can be ${may} by others (mode ${octal}), and may hold secrets: chmod 600 ${shellWord(path)}`
  }
  if (isWritable) {
    const what = 'and decides by which proxy and whether at all files are written'
    return `${path} can be changed by others (mode ${octal}), ${what}: chmod go-w ${shellWord(path)}`
  }
  if (isOurs(found.uid, env)) return undefined
  return `${path} belongs to another user (uid ${found.uid}), who decides by it where your files go and who signs in.`
}

/**
 * Why the file of a project is not used: it belongs to somebody who could lead this user's data to another server. In a folder
 * that all can write to, anybody can put one.
 */
export async function problemOfOwner(path: string, env: Environment): Promise<ProfileError | undefined> {
  const found = process.getuid === undefined ? undefined : await stat(path).catch(() => undefined)
  if (found === undefined || isOurs(found.uid, env)) return undefined
  const { uid } = found
  return new ProfileError(
    `${path} is not used: it belongs to another user (uid ${uid}), who decides by it where files go.`,
    {
      code: 'invalid-file',
      path,
      hint: `If you trust that user, set ${TRUSTED}=${uid} in the environment; else make the file your own, or work in another folder.`,
    },
  )
}

/** Whether this user, root, who became root by sudo, or somebody who is trusted has it. */
function isOurs(uid: number, env: Environment): boolean {
  const trusted = (env[TRUSTED] ?? '').split(',').map((one) => one.trim())
  return uid === process.getuid?.() || uid === 0 || [env['SUDO_UID'], ...trusted].includes(String(uid))
}
