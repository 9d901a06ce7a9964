/**
 * Downloads all photos of a program into folders (organisation unit / date and event / photo) with a manifest, which is
 * CSV. A photo that cannot be downloaded does not stop the others: its row in the manifest says why.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Dhis2Client, fileSource } from '@dhis2-files/client'
import { makeOrgUnits, makePerson, makeProgram, program } from '../emulated/metadata.js'
import { startSystem } from '../emulated/system.js'
import { csv } from './csv.js'
import { type Photo, photosOf } from './photos.js'

/** How many photos are on their way at once. */
const AT_ONCE = 4
const HEADER = ['file', 'bytes', 'md5', 'owner', 'member', 'orgUnit', 'date', 'error']

/** @returns Paths of what was saved, and what failed, one sentence each. */
async function downloadPhotos(
  client: Dhis2Client,
  ofProgram: string,
  folder: string,
): Promise<{ readonly saved: readonly string[]; readonly failed: readonly string[] }> {
  const saved: string[] = []
  const failed: string[] = []
  const rows: (string | number | undefined)[][] = [HEADER]
  const photos = photosOf(client, ofProgram)
  const save = async ({ owner, member, orgUnit, date, open }: Photo): Promise<void> => {
    try {
      const photo = await open()
      if (photo.kind !== 'file') return
      const place = join(folder, orgUnit, date === undefined ? owner : `${date} ${owner}`, member)
      await mkdir(place, { recursive: true })
      // into a folder: the photo keeps its own name, made safe for this file system; its MD5 is checked
      const { path, size } = await photo.saveTo(place, { overwrite: true })
      saved.push(path)
      rows.push([relative(folder, path), size, photo.md5, owner, member, orgUnit, date, undefined])
    } catch (error) {
      const { message } = error as Error
      failed.push(message)
      rows.push([undefined, undefined, undefined, owner, member, orgUnit, date, message])
    }
  }
  const work = async (): Promise<void> => {
    // the workers share one list: each takes the next photo when it is done with its last
    for (let next = await photos.next(); !next.done; next = await photos.next()) await save(next.value)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  await writeFile(join(folder, 'manifest.csv'), csv(rows), { mode: 0o600 })
  return { saved, failed }
}

async function md5Of(path: string): Promise<string> {
  return createHash('md5')
    .update(await readFile(path))
    .digest('hex')
}

const { client, emulator, close } = await startSystem()
const folder = await mkdtemp(join(tmpdir(), 'program-photos-'))
try {
  const visits = program()
  const [north = '', south = ''] = await makeOrgUnits(client, ['NORTH', 'SOUTH'])
  await makeProgram(client, visits, [north, south])
  const path = fileURLToPath(new URL('../../files/photo.jpg', import.meta.url))
  const photo = await fileSource(path)
  const { tracker } = client.files
  const attached: string[] = []
  for (const unit of [north, south]) {
    const person = await makePerson(client, visits, unit, ['2026-03-01', '2026-03-08'])
    const portrait = { filename: 'portrait, "front".jpg' }
    await tracker.attachToTrackedEntity(person.trackedEntity, visits.portrait, photo, portrait)
    await tracker.attachToTrackedEntity(person.trackedEntity, visits.consent, new Blob(['yes']), { filename: 'c.txt' })
    for (const event of person.events) {
      attached.push((await tracker.attachToEvent(event, visits.photo, photo)).fileResource.id)
    }
  }
  // what a clean-up of some releases did to files in use: the value is there, its file is not (DHIS2-21427)
  emulator.state.fileResources.delete(attached[0] ?? '')

  const { saved, failed } = await downloadPhotos(client, visits.program, folder)

  assert.equal(saved.length, 5)
  const original = await md5Of(path)
  for (const one of saved) assert.equal(await md5Of(one), original)
  assert.equal(failed.length, 1)
  assert.match(failed[0] ?? '', /could not be found/)
  const lines = (await readFile(join(folder, 'manifest.csv'), 'utf8')).trimEnd().split('\r\n')
  assert.equal(lines.length, 1 + saved.length + failed.length)
  assert.equal(lines.filter((line) => line.startsWith('"","","",')).length, 1)
  console.log(`${saved.length} photos, and ${failed.length} that the server has lost:\n${lines.join('\n')}`)
} finally {
  await rm(folder, { recursive: true })
  await close()
}
