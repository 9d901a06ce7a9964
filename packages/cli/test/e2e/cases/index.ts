import type { Cases } from './case.js'
import { DOCUMENTS } from './documents.js'

/** Every command of the program. */
export const CASES: Cases = { ...DOCUMENTS }
export type { Case } from './case.js'
