/** Numbers from 0 to below 1: the same seed gives the same ones. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** So many bytes that look like nothing else. */
export function randomBytes(random: () => number, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  for (let i = 0; i < size; i++) bytes[i] = Math.floor(random() * 256)
  return bytes
}

/** Runs jobs, so many at a time, and rejects with the first failure when all are done. */
export async function runAll(jobs: readonly (() => Promise<void>)[], atOnce: number): Promise<void> {
  const queue = [...jobs]
  const failures: unknown[] = []
  const worker = async (): Promise<void> => {
    for (let job = queue.shift(); job; job = queue.shift()) await job().catch((error: unknown) => failures.push(error))
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  if (failures.length > 0) throw failures[0]
}
