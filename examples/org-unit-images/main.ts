/**
 * Sets the images of organisation units from a folder: `NORTH.jpg` becomes the image of the unit whose code is NORTH. What
 * is no image, or the code of no unit, does not stop the others.
 */
import assert from 'node:assert/strict'
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, parse } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Dhis2Client, fileSource } from '@dhis2-files/client'
import { makeOrgUnits } from '../emulated/metadata.js'
import { startSystem } from '../emulated/system.js'

/** The uid of an organisation unit. */
async function unitOf(client: Dhis2Client, code: string): Promise<string> {
  const query = { filter: `code:eq:${code}`, fields: 'id', pageSize: 2 }
  const response = await client.request('api/organisationUnits', { query })
  const { organisationUnits } = (await response.json()) as { organisationUnits: readonly { id: string }[] }
  const [unit] = organisationUnits
  if (unit === undefined) throw new Error(`There is no organisation unit with the code ${code}.`)
  return unit.id
}

/** @returns Names of the files: those that were set, and why the others were not. */
async function setImages(
  client: Dhis2Client,
  folder: string,
): Promise<{ readonly set: readonly string[]; readonly failed: ReadonlyMap<string, string> }> {
  const set: string[] = []
  const failed = new Map<string, string>()
  for (const name of (await readdir(folder)).sort()) {
    try {
      const unit = await unitOf(client, parse(name).name)
      // nothing else of the unit is touched, and a file that DHIS2 would refuse is not sent
      await client.files.orgUnitImages.set(unit, await fileSource(join(folder, name)))
      set.push(name)
    } catch (error) {
      failed.set(name, (error as Error).message)
    }
  }
  return { set, failed }
}

const { client, close } = await startSystem()
const folder = await mkdtemp(join(tmpdir(), 'org-unit-images-'))
try {
  const [north = '', south = ''] = await makeOrgUnits(client, ['NORTH', 'SOUTH', 'WEST'])
  const photo = fileURLToPath(new URL('../../files/photo.jpg', import.meta.url))
  for (const name of ['NORTH.jpg', 'SOUTH.jpg', 'NOWHERE.jpg']) await copyFile(photo, join(folder, name))
  await writeFile(join(folder, 'WEST.jpg'), 'This is no photo.')

  const { set, failed } = await setImages(client, folder)

  assert.deepEqual(set, ['NORTH.jpg', 'SOUTH.jpg'])
  assert.deepEqual([...failed.keys()], ['NOWHERE.jpg', 'WEST.jpg'])
  for (const unit of [north, south]) {
    const image = await client.files.orgUnitImages.download(unit, { dimension: 'SMALL' })
    assert((await image.bytes()).byteLength > 0)
  }
  assert.equal((await client.files.orgUnitImages.get(north))?.name, 'NORTH.jpg')
  console.log(`Set: ${set.join(', ')}\n${[...failed].map(([name, why]) => `Not set: ${name}: ${why}`).join('\n')}`)
} finally {
  await rm(folder, { recursive: true })
  await close()
}
