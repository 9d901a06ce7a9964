import type { Api } from '../api.js'
import { idOf } from '../metadata/render.js'
import { exchangeFile } from './avatars.js'

/** The member `image` of org units: the new file is assigned, the old one is not any more (WIRE.md 5.4). */
export function orgUnitImages(api: Api): void {
  api.importer.hooks.set('organisationUnits', {
    saved: (row, previous) => exchangeFile(api, idOf(previous?.['image']), idOf(row['image'])),
    deleted: (row) => exchangeFile(api, idOf(row['image']), undefined),
  })
}
