/** Reading dates as tracker payloads and queries write them. */

const DATE = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/

/**
 * A date or date with time as DHIS2 writes it back: milliseconds, no zone. Other zones are turned into the server's, UTC.
 * Undefined for what is none.
 */
export function readDate(value: unknown): string | undefined {
  if (typeof value === 'number') return write(new Date(value))
  if (typeof value !== 'string' || value === '') return undefined
  const day = DATE.exec(value)
  if (day !== null) return write(new Date(`${day[1]}-${day[2] ?? '01'}-${day[3] ?? '01'}T00:00:00Z`))
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(value.slice(10))
  return write(new Date(zoned ? value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2') : `${value}Z`))
}

/** The last moment of a day, for a limit that names a day; else the moment itself. */
export function readLastMoment(value: string): string | undefined {
  const read = readDate(value)
  return DATE.test(value) ? read?.replace('T00:00:00.000', 'T23:59:59.999') : read
}

/** Milliseconds of a duration like `2d`, `12h`, `30m`, `5s`. */
export function readDuration(value: string): number | undefined {
  const match = /^(\d+)([dhms])$/.exec(value)
  if (match === null) return undefined
  const units: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 }
  return Number(match[1]) * (units[match[2] ?? ''] ?? 0)
}

function write(date: Date): string | undefined {
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().slice(0, -1)
}
