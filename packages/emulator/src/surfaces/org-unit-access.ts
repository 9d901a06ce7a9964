import { idOf } from '../metadata/render.js'
import type { EmulatorState, User } from '../state.js'

/** The ids of a list of references. */
export function idsOf(list: unknown): string[] {
  return Array.isArray(list) ? list.flatMap((entry) => idOf(entry) ?? []) : []
}

/** Whether an org unit is one of these, or below one of them. */
export function isWithin(state: EmulatorState, orgUnit: string, roots: readonly string[]): boolean {
  const seen = new Set<string>()
  for (let id: string | undefined = orgUnit; id !== undefined && !seen.has(id); ) {
    if (roots.includes(id)) return true
    seen.add(id)
    id = idOf(state.organisationUnits.get(id)?.['parent'])
  }
  return false
}

/** Whether a user captures data for an org unit: super users are no exception. */
export function capturesIn(state: EmulatorState, user: User, orgUnit: string): boolean {
  return isWithin(state, orgUnit, idsOf(user['organisationUnits']))
}

/** Whether a user may see the data of an org unit: by the units to look at or, without any, by those to capture in. */
export function viewsDataOf(state: EmulatorState, user: User, orgUnit: string): boolean {
  const own = idsOf(user['organisationUnits'])
  const toLookAt = idsOf(user['dataViewOrganisationUnits'])
  return isWithin(state, orgUnit, [...own, ...toLookAt])
}
