import type { FileHandle } from 'node:fs/promises'

/** Writes chunks one after the other from a position on: one call of the system may write less than it is given. */
export async function writeAll(handle: FileHandle, chunks: readonly Uint8Array[], position: number): Promise<void> {
  let left = chunks.filter((chunk) => chunk.byteLength > 0)
  let at = position
  while (left.length > 0) {
    const { bytesWritten } = await handle.writev(left, at)
    at += bytesWritten
    left = after(left, bytesWritten)
  }
}

function after(chunks: readonly Uint8Array[], written: number): Uint8Array[] {
  const rest: Uint8Array[] = []
  let skip = written
  for (const chunk of chunks) {
    if (skip < chunk.byteLength) rest.push(chunk.subarray(skip))
    skip = Math.max(0, skip - chunk.byteLength)
  }
  return rest
}
