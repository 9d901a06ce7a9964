import { compare } from './filter.js'

/** One `order=property:direction`. */
export interface Order {
  readonly path: string
  readonly descending: boolean
  readonly ignoreCase: boolean
}

const DIRECTIONS = /^(i?)(asc|desc)$/i

/** Reads `order` parameters; each may hold several, with commas. What is no order is left out. */
export function parseOrders(parameters: readonly string[]): Order[] {
  return parameters
    .flatMap((parameter) => parameter.split(','))
    .flatMap((part) => {
      const [path = '', direction = 'asc'] = part.trim().split(':')
      const match = DIRECTIONS.exec(direction)
      if (path === '' || match === null) return []
      return [{ path, descending: match[2]?.toLowerCase() === 'desc', ignoreCase: match[1] !== '' }]
    })
}

/** A sorted copy; equal ones keep their places. `read` gives the value that a path stands for. */
export function sorted<T>(rows: readonly T[], orders: readonly Order[], read: (row: T, path: string) => unknown): T[] {
  const key = (row: T, order: Order) => {
    const value = read(row, order.path)
    return order.ignoreCase && typeof value === 'string' ? value.toLowerCase() : value
  }
  return [...rows].sort((a, b) => {
    for (const order of orders) {
      const difference = compare(key(a, order), key(b, order))
      if (difference !== 0) return order.descending ? -difference : difference
    }
    return 0
  })
}
