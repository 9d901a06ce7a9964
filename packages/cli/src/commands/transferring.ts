import type { Progress } from '@dhis2-files/client'
import type { CommandContext } from '../context.js'
import { createProgress } from '../output/progress.js'

/** Does the transfer of one file, and shows how far it is. `name` and `size` are what is known of it before. */
export async function transferring<T>(
  { out, io }: CommandContext,
  { name, size, done }: { readonly name: string; readonly size: number | undefined; readonly done: string },
  work: (onProgress: (progress: Progress) => void) => Promise<T>,
): Promise<T> {
  const progress = createProgress(out, io, { files: 1, bytes: size, concurrency: 1 })
  const line = progress.begin(name, size)
  try {
    const result = await work(({ loaded }) => line.update(loaded))
    line.end(done)
    return result
  } catch (error) {
    line.end('failed')
    throw error
  } finally {
    progress.stop()
  }
}
