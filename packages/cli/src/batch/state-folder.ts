import { mkdir } from 'node:fs/promises'
import envPaths from 'env-paths'

/** Where journals are kept that nobody chose a place for: `~/.local/state/dhis2-files`, by the habits of the system. Made, and only for this user. */
export async function stateFolder(): Promise<string> {
  const folder = envPaths('dhis2-files', { suffix: '' }).log
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return folder
}
