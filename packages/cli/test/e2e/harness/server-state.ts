import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import type { World } from './world.js'

export function md5(bytes: Uint8Array | string): string {
  return createHash('md5').update(bytes).digest('hex')
}

/** The MD5 of the bytes of every document, by the document's name; several documents of one name are several. */
export async function storedDocuments(
  world: World,
): Promise<readonly { readonly name: string; readonly md5: string }[]> {
  await world.emulator.settle()
  const found = []
  for (const document of world.emulator.state.documents.values()) {
    const bytes = await world.emulator.state.bytes(String(document['url']))
    found.push({ name: String(document['name']), md5: bytes === undefined ? 'not stored' : md5(bytes) })
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

/** Every file is one document with one file resource, and has the bytes that it should have. No more is there. */
export async function expectExactlyOnce(world: World, files: ReadonlyMap<string, string | Uint8Array>): Promise<void> {
  const wanted = [...files].map(([name, content]) => ({ name, md5: md5(content) }))
  expect(await storedDocuments(world)).toEqual(wanted.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)))
  const resources = [...world.emulator.state.fileResources.values()].filter(({ domain }) => domain === 'DOCUMENT')
  const used = [...world.emulator.state.documents.values()].map((document) => String(document['url']))
  expect(resources.map(({ id }) => id).sort()).toEqual(used.sort())
}

/** Files of the working directory with different contents. */
export async function someFiles(
  world: World,
  count: number,
  options: { readonly size?: number; readonly folder?: string } = {},
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { size = 1_000, folder = 'files' } = options
  const files = new Map<string, Uint8Array>()
  for (let index = 0; index < count; index++) {
    const name = `file-${String(index).padStart(3, '0')}.dat`
    const content = new Uint8Array(size).map((_, at) => (at * 31 + index * 17) % 251)
    files.set(name, content)
    await world.file(`${folder}/${name}`, content)
  }
  return files
}
