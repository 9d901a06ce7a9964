import { describe, expect, it } from 'vitest'
import { latestOpenPeriod, parsePeriod, periodProblem } from '../../src/surfaces/data-entry/periods.js'

const span = (iso: string) => {
  const period = parsePeriod(iso)
  const day = (date: Date | undefined) => date?.toISOString().slice(0, 10)
  return period === undefined ? undefined : [period.iso, period.type, day(period.start), day(period.end)]
}

describe('a period', () => {
  it.each([
    ['20260131', '20260131', 'Daily', '2026-01-31', '2026-01-31'],
    ['2026-01-31', '20260131', 'Daily', '2026-01-31', '2026-01-31'],
    ['2026W1', '2026W1', 'Weekly', '2025-12-29', '2026-01-04'],
    ['2026W01', '2026W1', 'Weekly', '2025-12-29', '2026-01-04'],
    ['2026W53', '2026W53', 'Weekly', '2026-12-28', '2027-01-03'],
    ['2026WedW2', '2026WedW2', 'WeeklyWednesday', '2026-01-07', '2026-01-13'],
    ['2026ThuW2', '2026ThuW2', 'WeeklyThursday', '2026-01-08', '2026-01-14'],
    ['2026FriW2', '2026FriW2', 'WeeklyFriday', '2026-01-09', '2026-01-15'],
    ['2026SatW2', '2026SatW2', 'WeeklySaturday', '2026-01-10', '2026-01-16'],
    ['2026SunW2', '2026SunW2', 'WeeklySunday', '2026-01-11', '2026-01-17'],
    ['2026BiW2', '2026BiW2', 'BiWeekly', '2026-01-12', '2026-01-25'],
    ['202602', '202602', 'Monthly', '2026-02-01', '2026-02-28'],
    ['2026-02', '202602', 'Monthly', '2026-02-01', '2026-02-28'],
    ['202602B', '202602B', 'BiMonthly', '2026-03-01', '2026-04-30'],
    ['2026Q3', '2026Q3', 'Quarterly', '2026-07-01', '2026-09-30'],
    ['2026NovQ1', '2026NovQ1', 'QuarterlyNov', '2025-11-01', '2026-01-31'],
    ['2026S2', '2026S2', 'SixMonthly', '2026-07-01', '2026-12-31'],
    ['2026AprilS2', '2026AprilS2', 'SixMonthlyApril', '2026-10-01', '2027-03-31'],
    ['2026NovS1', '2026NovS1', 'SixMonthlyNov', '2025-11-01', '2026-04-30'],
    ['2026', '2026', 'Yearly', '2026-01-01', '2026-12-31'],
    ['2026April', '2026April', 'FinancialApril', '2026-04-01', '2027-03-31'],
    ['2026July', '2026July', 'FinancialJuly', '2026-07-01', '2027-06-30'],
    ['2026Sep', '2026Sep', 'FinancialSep', '2026-09-01', '2027-08-31'],
    ['2026Oct', '2026Oct', 'FinancialOct', '2026-10-01', '2027-09-30'],
    ['2026Nov', '2026Nov', 'FinancialNov', '2026-11-01', '2027-10-31'],
  ])('%s is %s, %s from %s to %s', (text, iso, type, start, end) => {
    expect(span(text)).toEqual([iso, type, start, end])
  })

  it.each(['nonsense', '202613', '20260230', '2026W54', '2025W53', '2026W0', '202607B', '2026Q5', '2026S3', '26', ''])(
    '"%s" is none',
    (text) => {
      expect(span(text)).toBeUndefined()
    },
  )

  it('is open up to the one before the current, and so many further', () => {
    const now = new Date('2026-06-15T00:00:00Z')
    const latest = (type: string, future: number) => latestOpenPeriod(type, future, now)?.iso
    expect([latest('Monthly', 0), latest('Monthly', 1), latest('Monthly', 12)]).toEqual(['202605', '202606', '202705'])
    expect([latest('Weekly', 1), latest('BiWeekly', 1), latest('FinancialApril', 0), latest('Daily', 1)]).toEqual([
      '2026W25',
      '2026BiW13',
      '2025April',
      '20260615',
    ])
    expect(latest('Nothing', 1)).toBeUndefined()
  })

  it('that cannot be read is explained by its first odd character', () => {
    expect(periodProblem('nonsense')).toBe('Invalid Period `nonsense`, expected a digit at position 0 but found: `n`')
    expect(periodProblem('20x6')).toBe('Invalid Period `20x6`, expected a digit at position 2 but found: `x`')
  })
})
