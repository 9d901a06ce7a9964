import { type Dhis2Error, isDhis2Error } from '../errors.js'

/** Changes that may have been made although their answer was lost. */
export type Change =
  | 'upload-file'
  | 'create-document'
  | 'update-document'
  | 'delete-document'
  | 'share-document'
  | 'set-data-value'
  | 'delete-data-value'
  | 'attach'
  | 'send-message'
  | 'create-icon'
  | 'delete-icon'
  | 'set-image'

/** An answer that a repeat of done work gets from DHIS2. */
export interface Echo {
  readonly id: string
  readonly change: Change
  readonly matches: (error: Dhis2Error) => boolean
}

/**
 * How DHIS2 answers a change that it has made already. After one of these, and after every doubtful answer, to this try or to
 * one before it (so a DELETE that only a repeat is answered 404), the state is read back: what is as it was meant to be is
 * success, whoever made it so. WIRE.md 1.5, 2.3, 2.4, 2.6, 3.3, 4.4, 5.1, 5.2.
 */
export const ECHOES: Echo[] = [
  { id: 'file-uid-taken', change: 'upload-file', matches: (e) => e.errorCode === 'E1119' },
  { id: 'document-uid-taken', change: 'create-document', matches: (e) => e.errorCode === 'E5000' },
  { id: 'document-file-taken', change: 'create-document', matches: (e) => e.errorCode === 'E4016' },
  { id: 'own-file-attached', change: 'update-document', matches: (e) => e.errorCode === 'E4016' },
  { id: 'own-file-in-value', change: 'set-data-value', matches: (e) => e.errorCode === 'E2026' },
  { id: 'own-file-in-tracker', change: 'attach', matches: (e) => e.errorCode === 'E1009' },
  { id: 'own-attachment-used', change: 'send-message', matches: (e) => e.errorCode === 'E1004' },
  { id: 'own-icon', change: 'create-icon', matches: (e) => e.code === 'already-exists' },
]

/**
 * After a failed change: reads the state back if the change may have been made, and resolves with it if it is as meant.
 * `readBack` resolves with `undefined` when it is not.
 * @throws the error of the change otherwise; what reading back throws is not told, since the change's own failure matters.
 */
export async function settle<T>(change: Change, error: unknown, readBack: () => Promise<T | undefined>): Promise<T> {
  if (!isDhis2Error(error)) throw error
  const echo = ECHOES.some((row) => row.change === change && row.matches(error))
  // an earlier attempt without a clear answer may have made the change, whatever the last one said
  if (!echo && !error.doubtful && !error.afterDoubt) throw error
  const state = await readBack().catch((reason: unknown) => {
    // the caller's abort is not a failure of reading
    if (!isDhis2Error(reason)) throw reason
    return undefined
  })
  if (state === undefined) throw error
  return state
}
