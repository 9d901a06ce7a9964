/** So many uids fit into any URL. */
export const AT_ONCE = 50

/**
 * Objects by their uids, each once and in the order in which they are named, fifty at a time; a uid alone where there is no object.
 * @param fetch Lists those that a filter such as `id:in:[…]` lets through.
 */
export async function* byUid<T extends { readonly id: string }>(
  uids: readonly string[],
  fetch: (query: { readonly filter: string; readonly pageSize: number }) => Promise<readonly T[]>,
): AsyncGenerator<T | string> {
  const wanted = [...new Set(uids)]
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    const some = wanted.slice(at, at + AT_ONCE)
    const objects = await fetch({ filter: `id:in:[${some.join(',')}]`, pageSize: AT_ONCE })
    const found = new Map(objects.map((object) => [object.id, object]))
    for (const uid of some) yield found.get(uid) ?? uid
  }
}
