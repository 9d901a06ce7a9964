/** One operation of RFC 6902, and DHIS2's `remove-by-id`. */
export interface PatchOperation {
  readonly op: string
  readonly path: string
  readonly from?: string
  readonly value?: unknown
  readonly id?: string
}

/** A patch that cannot be applied. */
export class PatchError extends Error {}

type Container = Record<string, unknown> | unknown[]

const steps = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))

/**
 * Applies operations to a copy of a document.
 *
 * @throws PatchError when a path leads nowhere or an operation does not exist
 */
export function applyPatch(
  document: Record<string, unknown>,
  operations: readonly PatchOperation[],
): Record<string, unknown> {
  let result = structuredClone(document)
  for (const operation of operations) result = applyOne(result, operation)
  return result
}

function applyOne(document: Record<string, unknown>, operation: PatchOperation): Record<string, unknown> {
  const path = steps(operation.path)
  switch (operation.op) {
    case 'add':
      return put(document, path, operation.value, true)
    case 'replace':
      return put(document, path, operation.value, false)
    case 'remove':
      return remove(document, path)
    case 'remove-by-id': {
      const list = read(document, path)
      if (!Array.isArray(list)) throw new PatchError(`Path ${operation.path} is not a collection`)
      return put(
        document,
        path,
        list.filter((entry) => entry?.id !== operation.id),
        false,
      )
    }
    case 'copy':
    case 'move': {
      const from = steps(operation.from ?? '')
      const value = structuredClone(read(document, from))
      return put(operation.op === 'move' ? remove(document, from) : document, path, value, true)
    }
    case 'test':
      if (JSON.stringify(read(document, path)) !== JSON.stringify(operation.value))
        throw new PatchError(`Test of ${operation.path} failed`)
      return document
    default:
      throw new PatchError(`Unknown operation ${operation.op}`)
  }
}

function read(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document)
}

function parentOf(document: Record<string, unknown>, path: readonly string[]): Container {
  const parent = read(document, path.slice(0, -1))
  if (typeof parent !== 'object' || parent === null) throw new PatchError(`Invalid path /${path.join('/')}`)
  return parent as Container
}

function put(
  document: Record<string, unknown>,
  path: readonly string[],
  value: unknown,
  insert: boolean,
): Record<string, unknown> {
  const last = path.at(-1)
  if (last === undefined) return value as Record<string, unknown>
  const parent = parentOf(document, path)
  if (!Array.isArray(parent)) parent[last] = value
  else if (last === '-') parent.push(value)
  else if (insert) parent.splice(Number(last), 0, value)
  else parent[Number(last)] = value
  return document
}

function remove(document: Record<string, unknown>, path: readonly string[]): Record<string, unknown> {
  const last = path.at(-1)
  if (last === undefined) return {}
  const parent = parentOf(document, path)
  if (Array.isArray(parent)) parent.splice(Number(last), 1)
  else delete parent[last]
  return document
}
