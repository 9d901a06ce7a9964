import { isUid } from '@dhis2-files/client'
import { CliError } from '../failure.js'

/**
 * Refuses what cannot be a uid before anything is sent: servers answer it in ways that mislead, such as 405.
 * @throws CliError `usage`
 */
export function checkUids(what: string, ...values: readonly (string | undefined)[]): void {
  const wrong = values.find((value) => value !== undefined && !isUid(value))
  if (wrong === undefined) return
  throw new CliError(`“${wrong}” is not the uid of ${what}.`, {
    hint: 'A uid is a letter and ten letters or digits, such as a2345678901.',
  })
}
