import { DEFAULTS } from '../../metadata/defaults.js'
import { idOf } from '../../metadata/render.js'
import type { EmulatorState } from '../../state.js'
import type { Row } from '../../storage/collection.js'

/** What the tracker asks of the metadata: programs, their stages, and which values go where. */
export class TrackerMetadata {
  readonly #state: EmulatorState

  constructor(state: EmulatorState) {
    this.#state = state
  }

  find(type: string, id: string | undefined): Row | undefined {
    return id === undefined ? undefined : this.#state.collection(type).get(id)
  }

  program(id: string | undefined): Row | undefined {
    return this.find('programs', id)
  }

  isRegistration(program: Row): boolean {
    return program['programType'] === 'WITH_REGISTRATION'
  }

  stage(id: string | undefined): Row | undefined {
    return this.find('programStages', id)
  }

  /** The program of a stage: either of them may name the other. */
  programOf(stage: Row): Row | undefined {
    return (
      this.program(idOf(stage['program'])) ??
      this.#state.collection('programs').find((program) => idsOf(program['programStages']).includes(stage.id))
    )
  }

  /** Uid of the first stage of a program. */
  firstStage(program: Row): string | undefined {
    return (
      idsOf(program['programStages'])[0] ??
      this.#state.collection('programStages').find((stage) => idOf(stage['program']) === program.id)?.id
    )
  }

  /** Data elements of a stage, and whether they must have a value. */
  elementsOf(stage: Row): Map<string, boolean> {
    return links(stage['programStageDataElements'], 'dataElement', 'compulsory')
  }

  /** Attributes of a tracked entity type, and whether they must have a value. */
  attributesOfType(type: string): Map<string, boolean> {
    const row = this.find('trackedEntityTypes', type)
    return links(row?.['trackedEntityTypeAttributes'], 'trackedEntityAttribute', 'mandatory')
  }

  /** Attributes of a program, and whether they must have a value. */
  attributesOfProgram(program: Row | undefined): Map<string, boolean> {
    return links(program?.['programTrackedEntityAttributes'], 'trackedEntityAttribute', 'mandatory')
  }

  hasOrgUnit(program: Row, orgUnit: string): boolean {
    return idsOf(program['organisationUnits']).includes(orgUnit)
  }

  orgUnit(id: string | undefined): Row | undefined {
    return this.find('organisationUnits', id)
  }

  /** Whether an org unit is one of the roots or below one of them. */
  isWithin(orgUnit: string, roots: readonly string[]): boolean {
    return this.#lineOf(orgUnit).some((id) => roots.includes(id))
  }

  parentOf(orgUnit: string): string | undefined {
    return idOf(this.orgUnit(orgUnit)?.['parent'])
  }

  categoryComboOf(program: Row): string {
    return idOf(program['categoryCombo']) ?? DEFAULTS.categoryCombo
  }

  /** Category options of an attribute option combo. */
  categoryOptionsOf(optionCombo: string): string[] {
    return idsOf(this.find('categoryOptionCombos', optionCombo)?.['categoryOptions'])
  }

  /** Codes of an option set; undefined for what has no option set. */
  optionCodesOf(typed: Row): string[] | undefined {
    const set = this.find('optionSets', idOf(typed['optionSet']))
    if (set === undefined) return undefined
    const own = idsOf(set['options'])
    return this.#state
      .collection('options')
      .filter((option) => own.includes(option.id) || idOf(option['optionSet']) === set.id)
      .map((option) => String(option['code']))
  }

  /** The org unit and all above it. */
  #lineOf(orgUnit: string): string[] {
    const line: string[] = []
    let id: string | undefined = orgUnit
    while (id !== undefined && !line.includes(id)) {
      line.push(id)
      id = this.parentOf(id)
    }
    return line
  }
}

/** Uids of a list of references. */
export function idsOf(list: unknown): string[] {
  return Array.isArray(list) ? list.flatMap((entry) => idOf(entry) ?? []) : []
}

function links(list: unknown, member: string, flag: string): Map<string, boolean> {
  const found = new Map<string, boolean>()
  for (const link of Array.isArray(list) ? list : []) {
    const id = idOf(link?.[member])
    if (id !== undefined) found.set(id, link[flag] === true)
  }
  return found
}
