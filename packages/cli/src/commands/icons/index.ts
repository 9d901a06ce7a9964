import type { Command } from '../../command.js'
import { create } from './create.js'
import { download } from './download.js'
import { get } from './get.js'
import { list } from './list.js'
import { remove } from './remove.js'
import { update } from './update.js'

/** `icons …`, in the order of the help. */
export const ICONS: readonly Command[] = [list, get, create, update, remove, download]
