const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** Bytes for a person: `1.2 MB`. Units of 1,000, as DHIS2's own limits have them. */
export function humanSize(bytes: number | undefined): string {
  if (bytes === undefined) return ''
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1
  return `${value.toFixed(digits)} ${UNITS[unit]}`
}

/** A date of the server, whose zone is not told: `2026-03-01 14:05`. */
export function humanDate(date: string | undefined): string {
  return date === undefined ? '' : date.slice(0, 16).replace('T', ' ')
}

/** Milliseconds for a person: `4 s`, `2:05`, `1:00:07`. */
export function humanTime(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const shown = parts[0] === 0 ? parts.slice(1) : parts
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':')
}

/** `1 file`, `2 files`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}
