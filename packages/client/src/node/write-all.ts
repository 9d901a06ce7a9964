import type { FileHandle } from 'node:fs/promises'

/** Writes a whole chunk at a position: one call of the system may write less. Returns its length. */
export async function writeAll(handle: FileHandle, chunk: Uint8Array, position: number): Promise<number> {
  let written = 0
  while (written < chunk.byteLength) {
    const { bytesWritten } = await handle.write(chunk, written, chunk.byteLength - written, position + written)
    written += bytesWritten
  }
  return written
}
