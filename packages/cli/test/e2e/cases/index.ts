import type { Cases } from './case.js'
import { DOCUMENTS } from './documents.js'
import { MEDIA } from './media.js'
import { MESSAGES } from './messages.js'
import { PICTURES } from './pictures.js'
import { PROFILE } from './profile.js'
import { RESOURCES } from './resources.js'
import { SINGLE } from './single.js'

export type { Case } from './case.js'
export { SERVERS } from './single.js'

/** Every command that ends by itself. */
export const CASES: Cases = { ...DOCUMENTS, ...RESOURCES, ...MEDIA, ...MESSAGES, ...PICTURES, ...PROFILE, ...SINGLE }
