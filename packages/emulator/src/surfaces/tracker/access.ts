import type { Api } from '../../api.js'
import { hasAnyAuthority, isSuperuser } from '../../auth/authorities.js'
import { sharingGrants } from '../../metadata/access.js'
import { idOf } from '../../metadata/render.js'
import type { User } from '../../state.js'
import type { Row } from '../../storage/collection.js'
import { type TrackerMetadata, idsOf } from './metadata.js'
import type { EventRow, TrackedEntityRow } from './types.js'

/** Who may see and change tracker data: sharing of the metadata, and the user's org units. */
export class TrackerAccess {
  readonly #api: Api
  readonly #metadata: TrackerMetadata

  constructor(api: Api, metadata: TrackerMetadata) {
    this.#api = api
    this.#metadata = metadata
  }

  /** Roots of what a user may enter data for. Super users have no others. */
  captureRoots(user: User): string[] {
    return idsOf(user['organisationUnits'])
  }

  /** Roots of what a user may find: the search org units, or without any those of data entry. */
  searchRoots(user: User): string[] {
    const search = idsOf(user['teiSearchOrganisationUnits'])
    return search.length > 0 ? search : this.captureRoots(user)
  }

  canCapture(user: User, orgUnit: string): boolean {
    return this.#metadata.isWithin(orgUnit, this.captureRoots(user))
  }

  canSearch(user: User, orgUnit: string): boolean {
    return this.#metadata.isWithin(orgUnit, [...this.searchRoots(user), ...this.captureRoots(user)])
  }

  canSearchEverywhere(user: User): boolean {
    return hasAnyAuthority(this.#api.state, user, ['F_TRACKED_ENTITY_INSTANCE_SEARCH_IN_ALL_ORGUNITS'])
  }

  /** Data access by sharing: of a program, a stage, a tracked entity type. */
  grants(user: User, row: Row | undefined, right: 'data-read' | 'data-write'): boolean {
    if (row === undefined) return false
    return isSuperuser(this.#api.state, user) || sharingGrants(this.#api.state, user, row, right)
  }

  /** Whether an event is there for a user at all. */
  canReadEvent(user: User, event: EventRow): boolean {
    const metadata = this.#metadata
    const program = metadata.program(event.program)
    if (program === undefined) return false
    const shared =
      this.grants(user, program, 'data-read') &&
      this.grants(user, metadata.stage(event.programStage), 'data-read') &&
      (!metadata.isRegistration(program) || this.grants(user, this.#typeOf(program), 'data-read'))
    return shared && this.#sees(user, event.orgUnit, program)
  }

  /** Whether a tracked entity is there for a user at all. `orgUnit`: who owns it, where that is not who registered it. */
  canReadTrackedEntity(user: User, entity: TrackedEntityRow, program?: Row, orgUnit: string = entity.orgUnit): boolean {
    const type = this.#metadata.find('trackedEntityTypes', entity.trackedEntityType)
    if (!this.grants(user, type, 'data-read')) return false
    if (program !== undefined && !this.grants(user, program, 'data-read')) return false
    return this.#sees(user, orgUnit, program)
  }

  /** Closed and protected programs are seen where data is entered, all else where a user may search. */
  #sees(user: User, orgUnit: string, program: Row | undefined): boolean {
    if (isSuperuser(this.#api.state, user)) return true
    const guarded = ['CLOSED', 'PROTECTED'].includes(String(program?.['accessLevel']))
    return guarded ? this.canCapture(user, orgUnit) : this.canSearch(user, orgUnit)
  }

  #typeOf(program: Row): Row | undefined {
    return this.#metadata.find('trackedEntityTypes', idOf(program['trackedEntityType']))
  }
}
