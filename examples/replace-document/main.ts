/** Gives a document a new file. Who may see it, its name and its code stay as they are. */
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { Dhis2Client, fileSource, type Sharing } from '@dhis2-files/client'
import { createEmulator } from '@dhis2-files/emulator'

const emulator = createEmulator({ version: '2.43' })
const { url } = await emulator.serve()
const client = new Dhis2Client({ baseUrl: url, auth: { username: 'admin', password: 'district' } })
const report = (name: string): string => fileURLToPath(new URL(`../../files/${name}`, import.meta.url))
try {
  const sharing: Sharing = { public: '--------' }
  const first = await client.files.uploadDocument(await fileSource(report('report.pdf')), {
    name: 'Malaria situation report',
    code: 'MALARIA',
    sharing,
  })
  const before = await client.files.getDocument(first.uid)

  const replaced = await client.files.replaceDocument(first.uid, await fileSource(report('report-revised.pdf')))

  const after = await client.files.getDocument(first.uid)
  assert.equal(after.name, before.name)
  assert.equal(after['code'], 'MALARIA')
  assert.deepEqual(after.sharing, before.sharing)
  assert.notEqual(after.url, before.url)
  const file = await client.files.downloadDocument(first.uid)
  assert(file.kind === 'file')
  assert.equal(file.name, 'report-revised.pdf')
  assert.equal((await file.bytes()).byteLength, (await fileSource(report('report-revised.pdf'))).size)
  // DHIS2 has no way to delete a file resource: note it, if it matters that it can still be read
  assert.equal(replaced.leftBehind, first.fileResource.id)
  console.log(`Document ${first.uid} has ${file.name} now; ${replaced.leftBehind} stays behind.`)
} finally {
  await client.close()
  await emulator.close()
}
