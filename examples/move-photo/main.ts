/**
 * Brings the portrait of a tracked entity from one system into another one, of another version. The bytes are streamed
 * from server to server and compared by MD5; nothing is written to this machine's disk.
 */
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { type AttachedFile, type Dhis2Client, fileSource } from '@dhis2-files/client'
import { makeOrgUnits, makePerson, makeProgram, program } from '../emulated/metadata.js'
import { startSystem } from '../emulated/system.js'

/**
 * Gives the tracked entity of the same uid in `to` the file that it has in `from`. The file keeps its uid as well, so a
 * second call finds it there and sends nothing.
 */
async function movePortrait(
  from: Dhis2Client,
  to: Dhis2Client,
  trackedEntity: string,
  attribute: string,
): Promise<AttachedFile> {
  const portrait = await from.files.tracker.downloadAttributeFile(trackedEntity, attribute)
  assert(portrait.kind === 'file')
  // a download is something that can be uploaded: its name and type go with it
  return to.files.tracker.attachToTrackedEntity(trackedEntity, attribute, portrait, { fileResource: portrait.etag })
}

const old = await startSystem('2.41')
const next = await startSystem('2.44')
try {
  // both systems have the same metadata and the same person, but only the old one has the portrait
  const clinic = program()
  const people: string[] = []
  for (const { client } of [old, next]) {
    const [unit = ''] = await makeOrgUnits(client, ['NORTH'])
    await makeProgram(client, clinic, [unit])
    const { trackedEntity } = await makePerson(client, clinic, unit, [], people[0])
    people.push(trackedEntity)
  }
  const [person = ''] = people
  const photo = await fileSource(fileURLToPath(new URL('../../files/photo.jpg', import.meta.url)))
  const before = await old.client.files.tracker.attachToTrackedEntity(person, clinic.portrait, photo)

  const moved = await movePortrait(old.client, next.client, person, clinic.portrait)

  assert.equal(moved.fileResource.id, before.fileResource.id)
  assert.equal(moved.fileResource.contentMd5, before.fileResource.contentMd5)
  assert.equal(moved.fileResource.name, 'photo.jpg')
  await movePortrait(old.client, next.client, person, clinic.portrait)
  const uploads = next.emulator.log.filter(({ method, path }) =>
    `${method} ${path}`.includes('POST /api/fileResources'),
  )
  assert.equal(uploads.length, 1)
  const there = await next.client.files.tracker.downloadAttributeFile(person, clinic.portrait)
  assert(there.kind === 'file')
  assert.equal((await there.bytes()).byteLength, photo.size)
  console.log(`${there.name}, ${there.size} bytes, MD5 ${there.md5}: from 2.41 to 2.44, with its uid ${there.etag}.`)
} finally {
  await next.close()
  await old.close()
}
