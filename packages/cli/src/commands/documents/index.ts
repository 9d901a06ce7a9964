import type { Command } from '../../command.js'
import { remove } from './delete.js'
import { get } from './get.js'
import { link } from './link.js'
import { list } from './list.js'
import { rename } from './rename.js'
import { share } from './share.js'
import { update } from './update.js'

/** `documents …`, in the order of the help. */
export const DOCUMENTS: readonly Command[] = [list, get, link, rename, update, remove, share]
