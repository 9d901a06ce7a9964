/**
 * Uploads a folder of reports as documents. It can be run again: each file's document has a uid that follows from its name,
 * so what is there already is not made a second time.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Dhis2Client, fileSource, isDhis2Error } from '@dhis2-files/client'
import { createEmulator } from '@dhis2-files/emulator'

/** How many files are on their way at once. */
const AT_ONCE = 4

/** A uid that follows from a name: the same name always gives the same uid. */
function uidFor(name: string): string {
  const hex = createHash('sha256')
    .update(`reports/${name.normalize('NFC')}`)
    .digest('hex')
  return `R${hex.slice(0, 10)}`
}

/** Uploads one report. @returns Whether it was new. */
async function uploadReport(client: Dhis2Client, path: string): Promise<boolean> {
  const source = await fileSource(path)
  const uid = uidFor(source.name)
  try {
    await client.files.getDocument(uid)
    return false
  } catch (error) {
    if (!isDhis2Error(error, 'not-found')) throw error
  }
  await client.files.uploadDocument(source, { uid, name: source.name, sharing: { public: 'r-------' } })
  return true
}

async function uploadFolder(client: Dhis2Client, folder: string): Promise<{ uploaded: number; already: number }> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.pdf'))
  const queue = [...names]
  let uploaded = 0
  const work = async (): Promise<void> => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      if (await uploadReport(client, join(folder, name))) uploaded++
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { uploaded, already: names.length - uploaded }
}

const emulator = createEmulator({ version: '2.43' })
const { url } = await emulator.serve()
const client = new Dhis2Client({ baseUrl: url, auth: { username: 'admin', password: 'district' } })
const folder = fileURLToPath(new URL('../../files/reports', import.meta.url))
try {
  assert.deepEqual(await uploadFolder(client, folder), { uploaded: 4, already: 0 })
  assert.deepEqual(await uploadFolder(client, folder), { uploaded: 0, already: 4 })
  const names: string[] = []
  for await (const { id, name } of client.files.listDocuments({ order: 'name:asc' })) {
    const file = await client.files.downloadDocument(id)
    assert(file.kind === 'file')
    await file.bytes()
    names.push(`${name} (${file.size} bytes)`)
  }
  assert.equal(names.length, 4)
  console.log(`Uploaded once, found twice:\n  ${names.join('\n  ')}`)
} finally {
  await client.close()
  await emulator.close()
}
