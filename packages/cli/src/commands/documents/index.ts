import type { Command } from '../../command.js'
import { get } from './get.js'
import { list } from './list.js'

/** `documents …`, in the order of the help. */
export const DOCUMENTS: readonly Command[] = [list, get]
