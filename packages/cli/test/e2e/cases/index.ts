import type { Cases } from './case.js'
import { DOCUMENTS } from './documents.js'
import { MESSAGES } from './messages.js'
import { PICTURES } from './pictures.js'
import { RESOURCES } from './resources.js'

export type { Case } from './case.js'

/** Every command of the program. */
export const CASES: Cases = { ...DOCUMENTS, ...RESOURCES, ...MESSAGES, ...PICTURES }
