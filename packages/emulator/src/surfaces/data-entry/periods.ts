/** A span of time as data values have it: `202601`, `2026W3`, `2026April`. */
export interface Period {
  readonly iso: string
  /** Name of its type: `Monthly`, `FinancialApril` … */
  readonly type: string
  /** First day, midnight UTC. */
  readonly start: Date
  /** Last day, midnight UTC. */
  readonly end: Date
}

/** A type of period: reads, finds, moves its own. */
interface PeriodType {
  readonly name: string
  readonly pattern: RegExp
  /** First day of the period that a match names; undefined when there is no such period. */
  read(match: RegExpExecArray): number | undefined
  iso(start: number): string
  /** First day of the period that a day lies in. */
  startOn(day: number): number
  /** First day of the period so many further. */
  shift(start: number, by: number): number
}

const DAY = 24 * 3600 * 1000
const day = (year: number, month: number, date = 1): number => Date.UTC(year, month, date)
const mod = (a: number, b: number) => ((a % b) + b) % b
const two = (number: number) => String(number).padStart(2, '0')

const DAILY: PeriodType = {
  name: 'Daily',
  pattern: /^(\d{4})(-?)(\d\d)\2(\d\d)$/,
  read: ([, year, , month, date]) => {
    const found = day(Number(year), Number(month) - 1, Number(date))
    return new Date(found).getUTCDate() === Number(date) ? found : undefined
  },
  iso: (start) => new Date(start).toISOString().slice(0, 10).replaceAll('-', ''),
  startOn: (at) => Math.floor(at / DAY) * DAY,
  shift: (start, by) => start + by * DAY,
}

/** Weeks that begin on a weekday (1 is Monday); the first of a year is the one with 4 January. */
function weekly(name: string, tag: string, weekday: number, weeks = 1): PeriodType {
  const length = weeks * 7 * DAY
  const weekStart = (at: number) => at - mod(new Date(at).getUTCDay() - weekday, 7) * DAY
  const firstOf = (year: number) => weekStart(day(year, 0, 4))
  const yearOf = (start: number) => new Date(start + 3 * DAY).getUTCFullYear()
  return {
    name,
    pattern: new RegExp(`^(\\d{4})${tag}(\\d{1,2})$`),
    read([, year, number]) {
      const start = firstOf(Number(year)) + (Number(number) - 1) * length
      return Number(number) >= 1 && yearOf(start) === Number(year) ? start : undefined
    },
    iso: (start) => `${yearOf(start)}${tag}${Math.floor((start - firstOf(yearOf(start))) / length) + 1}`,
    startOn(at) {
      const week = weekStart(Math.floor(at / DAY) * DAY)
      const first = firstOf(yearOf(week))
      return first + Math.floor((week - first) / length) * length
    },
    shift(start, by) {
      return this.startOn(start + by * length)
    },
  }
}

/**
 * Parts of a year that begins in `base` (0 is January), each `span` months long. `yearsAhead`: how much the year in the name is
 * ahead of the year in which it begins.
 */
function monthly(
  name: string,
  parts: {
    span: number
    base?: number
    yearsAhead?: number
    pattern: RegExp
    suffix: (number: number) => string
  },
): PeriodType {
  const { span, base = 0, yearsAhead = 0, suffix } = parts
  const monthsOf = (start: number) => new Date(start).getUTCFullYear() * 12 + new Date(start).getUTCMonth() - base
  const startOf = (months: number) => day(Math.floor((months + base) / 12), mod(months + base, 12))
  return {
    name,
    pattern: parts.pattern,
    read([, year, number = '1']) {
      const part = Number(number)
      if (part < 1 || part > 12 / span) return undefined
      return startOf((Number(year) - yearsAhead) * 12 + (part - 1) * span)
    },
    iso(start) {
      const months = monthsOf(start)
      return `${Math.floor(months / 12) + yearsAhead}${suffix(mod(months, 12) / span + 1)}`
    },
    startOn: (at) => startOf(Math.floor(monthsOf(at) / span) * span),
    shift: (start, by) => startOf(monthsOf(start) + by * span),
  }
}

const year = (name: string, tag: string, base = 0): PeriodType =>
  monthly(name, { span: 12, base, pattern: new RegExp(`^(\\d{4})${tag}$`), suffix: () => tag })

const TYPES: readonly PeriodType[] = [
  DAILY,
  weekly('Weekly', 'W', 1),
  weekly('WeeklyWednesday', 'WedW', 3),
  weekly('WeeklyThursday', 'ThuW', 4),
  weekly('WeeklyFriday', 'FriW', 5),
  weekly('WeeklySaturday', 'SatW', 6),
  weekly('WeeklySunday', 'SunW', 0),
  weekly('BiWeekly', 'BiW', 1, 2),
  monthly('Monthly', { span: 1, pattern: /^(\d{4})-?(\d\d)$/, suffix: two }),
  monthly('BiMonthly', { span: 2, pattern: /^(\d{4})(\d\d)B$/, suffix: (number) => `${two(number)}B` }),
  monthly('Quarterly', { span: 3, pattern: /^(\d{4})Q(\d)$/, suffix: (number) => `Q${number}` }),
  monthly('QuarterlyNov', {
    span: 3,
    base: 10,
    yearsAhead: 1,
    pattern: /^(\d{4})NovQ(\d)$/,
    suffix: (number) => `NovQ${number}`,
  }),
  monthly('SixMonthly', { span: 6, pattern: /^(\d{4})S(\d)$/, suffix: (number) => `S${number}` }),
  monthly('SixMonthlyApril', {
    span: 6,
    base: 3,
    pattern: /^(\d{4})AprilS(\d)$/,
    suffix: (number) => `AprilS${number}`,
  }),
  monthly('SixMonthlyNov', {
    span: 6,
    base: 10,
    yearsAhead: 1,
    pattern: /^(\d{4})NovS(\d)$/,
    suffix: (number) => `NovS${number}`,
  }),
  year('Yearly', ''),
  year('FinancialFeb', 'Feb', 1),
  year('FinancialApril', 'April', 3),
  year('FinancialJuly', 'July', 6),
  year('FinancialAug', 'Aug', 7),
  year('FinancialSep', 'Sep', 8),
  year('FinancialOct', 'Oct', 9),
  year('FinancialNov', 'Nov', 10),
]

const make = (type: PeriodType, start: number): Period => ({
  iso: type.iso(start),
  type: type.name,
  start: new Date(start),
  end: new Date(type.shift(start, 1) - DAY),
})

/** Reads an ISO period of any type; undefined when there is no such period. */
export function parsePeriod(text: string): Period | undefined {
  for (const type of TYPES) {
    const match = type.pattern.exec(text)
    const start = match === null ? undefined : type.read(match)
    if (start !== undefined) return make(type, start)
  }
  return undefined
}

/** The last period of a type that is open when so many future ones are; with none, the current one is not. */
export function latestOpenPeriod(typeName: string, openFuturePeriods: number, now: Date): Period | undefined {
  const type = TYPES.find(({ name }) => name === typeName)
  return type === undefined
    ? undefined
    : make(type, type.shift(type.startOn(now.getTime()), Math.trunc(openFuturePeriods) - 1))
}

/** What 2.43 and later say of an unreadable period. */
export function periodProblem(text: string): string {
  const at = Math.max(
    0,
    [...text].findIndex((character, index) => index > 3 || !/\d/.test(character)),
  )
  const found = text.charAt(at)
  return `Invalid Period \`${text}\`, expected a digit at position ${at} but found: \`${found}\``
}
