import type { Command } from '../../command.js'
import { download } from './download.js'
import { list } from './list.js'
import { upload } from './upload.js'

/** `media …`, in the order of the help. */
export const MEDIA: readonly Command[] = [list, download, upload]
