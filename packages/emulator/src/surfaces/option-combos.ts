import type { Api } from '../api.js'
import { sharingGrants } from '../metadata/access.js'
import { DEFAULTS } from '../metadata/defaults.js'
import { isSuperuser } from '../auth/authorities.js'
import type { EmulatorState, User } from '../state.js'
import type { Row } from '../storage/collection.js'
import { idOf } from '../metadata/render.js'
import { idsOf } from './org-unit-access.js'

/** Keeps the option combos of category combos whole: one for every choice of one option per category. */
export function optionCombos(api: Api): void {
  const { state, importer } = api
  const refresh = (matches: (combo: Row) => boolean) => {
    for (const combo of state.collection('categoryCombos').filter(matches)) completeCombo(state, combo)
  }
  importer.hooks.set('categoryCombos', { saved: (row) => refresh(({ id }) => id === row.id) })
  importer.hooks.set('categories', {
    saved: (row) => refresh((combo) => idsOf(combo['categories']).includes(row.id)),
  })
  importer.hooks.set('categoryOptionCombos', {
    saved(row) {
      // one that was imported takes the place of the one that was made here
      const combo = idOf(row['categoryCombo'])
      const twin = state
        .collection('categoryOptionCombos')
        .find((other) => other.id !== row.id && idOf(other['categoryCombo']) === combo && sameOptions(other, row))
      if (twin !== undefined) state.collection('categoryOptionCombos').delete(twin.id)
      refresh(({ id }) => id === combo)
    },
  })
}

function completeCombo(state: EmulatorState, combo: Row): void {
  if (combo.id === DEFAULTS.categoryCombo) return
  const combos = state.collection('categoryOptionCombos')
  let choices: string[][] = [[]]
  for (const category of idsOf(combo['categories'])) {
    const options = idsOf(state.collection('categories').get(category)?.['categoryOptions'])
    choices = choices.flatMap((choice) => options.map((option) => [...choice, option]))
  }
  for (const choice of choices) {
    if (choice.length === 0 || findOptionCombo(state, combo.id, choice) !== undefined) continue
    const now = state.timestamp()
    const nameOf = (id: string) => state.collection('categoryOptions').get(id)?.['name'] ?? id
    combos.put({
      id: state.newUid(),
      name: choice.map(nameOf).join(', '),
      created: now,
      lastUpdated: now,
      ignoreApproval: false,
      categoryCombo: { id: combo.id },
      categoryOptions: choice.map((id) => ({ id })),
      translations: [],
      attributeValues: [],
    })
  }
  combo['categoryOptionCombos'] = combos
    .filter((row) => idOf(row['categoryCombo']) === combo.id)
    .map(({ id }) => ({ id }))
}

function sameOptions(a: Row, b: Row): boolean {
  const [x, y] = [idsOf(a['categoryOptions']), idsOf(b['categoryOptions'])]
  return x.length === y.length && x.every((id) => y.includes(id))
}

/** The combo of a category combo and a choice of options, in any order. */
export function findOptionCombo(
  state: EmulatorState,
  categoryCombo: string,
  options: readonly string[],
): Row | undefined {
  return state.collection('categoryOptionCombos').find((row) => {
    const own = idsOf(row['categoryOptions'])
    return (
      idOf(row['categoryCombo']) === categoryCombo &&
      own.length === options.length &&
      own.every((id) => options.includes(id))
    )
  })
}

/** The combo that stands for no choice at all. */
export function defaultOptionCombo(state: EmulatorState): string {
  return state.collection('categoryOptionCombos').find((row) => row['name'] === 'default')?.id ?? ''
}

/** The options of a combo that a user may not read (or write) the data of. */
export function closedOptions(
  state: EmulatorState,
  user: User,
  combo: string,
  right: 'data-read' | 'data-write',
): string[] {
  if (isSuperuser(state, user)) return []
  return idsOf(state.collection('categoryOptionCombos').get(combo)?.['categoryOptions']).filter((id) => {
    const option = state.collection('categoryOptions').get(id)
    return option !== undefined && !sharingGrants(state, user, option, right)
  })
}

/** The options of a combo, as they are kept. */
export function optionsOf(state: EmulatorState, combo: string): Row[] {
  return idsOf(state.collection('categoryOptionCombos').get(combo)?.['categoryOptions']).flatMap(
    (id) => state.collection('categoryOptions').get(id) ?? [],
  )
}
