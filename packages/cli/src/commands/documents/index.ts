import type { Command } from '../../command.js'
import { remove } from './delete.js'
import { download } from './download.js'
import { get } from './get.js'
import { link } from './link.js'
import { list } from './list.js'
import { rename } from './rename.js'
import { replace } from './replace.js'
import { share } from './share.js'
import { update } from './update.js'
import { upload } from './upload.js'

/** `documents …`, in the order of the help. */
export const DOCUMENTS: readonly Command[] = [list, get, upload, download, link, replace, rename, update, remove, share]
