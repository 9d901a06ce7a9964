import type { Api } from '../api.js'
import { TrackerAccess } from './tracker/access.js'
import { trackerFiles } from './tracker/files.js'
import { trackerImport } from './tracker/import.js'
import { trackerLegacy } from './tracker/legacy.js'
import { trackerLists } from './tracker/lists.js'
import { TrackerMetadata } from './tracker/metadata.js'
import { trackerStore } from './tracker/types.js'
import { TrackerViews } from './tracker/views.js'

/** `/api/tracker`: events, enrollments and tracked entities, as far as files and plain values need them (WIRE.md 4). */
export function tracker(api: Api): void {
  const store = trackerStore(api.state)
  const metadata = new TrackerMetadata(api.state)
  const access = new TrackerAccess(api, metadata)
  const views = new TrackerViews(api, metadata, store)
  const parts = { store, metadata, access, views }
  trackerImport(api, parts)
  trackerFiles(api, parts)
  trackerLists(api, parts)
  if (api.traits.legacyTracker) trackerLegacy(api, parts)
}
