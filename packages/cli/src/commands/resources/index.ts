import type { Command } from '../../command.js'
import { download } from './download.js'
import { get } from './get.js'
import { list } from './list.js'
import { owners } from './owners.js'
import { upload } from './upload.js'
import { wait } from './wait.js'

/** `resources …`, in the order of the help. */
export const RESOURCES: readonly Command[] = [list, get, upload, download, wait, owners]
