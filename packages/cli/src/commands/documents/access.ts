import { CliError } from '../../failure.js'

const ACCESS: Readonly<Record<string, string>> = { none: '--------', read: 'r-------', write: 'rw------' }

/** `none`, `read`, `write`, or eight characters of DHIS2, as these eight characters. @throws CliError `usage` */
export function accessOf(text: string): string {
  const access = ACCESS[text] ?? text
  if (/^(r-|rw|--)(r-|rw|--)----$/.test(access)) return access
  throw new CliError(`“${text}” is no access.`, {
    hint: 'Pass none, read or write, or eight characters such as rw------.',
  })
}
