import type { Command } from '../../command.js'
import { download } from './download.js'
import { get } from './get.js'
import { remove } from './remove.js'
import { set } from './set.js'

/** `avatars …`, in the order of the help. */
export const AVATARS: readonly Command[] = [get, set, remove, download]
