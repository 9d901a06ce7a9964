import type { Step } from '../demo.js'
import { download } from './download.js'
import { fileResource } from './file-resource.js'
import { list } from './list.js'
import { remove } from './remove.js'
import { replace } from './replace.js'
import { signIn } from './sign-in.js'
import { upload } from './upload.js'

/** What `npm start` does, in this order. */
export const STEPS: readonly Step[] = [
  signIn,
  upload,
  list,
  download((demo) => demo.file),
  replace,
  download((demo) => demo.replacement),
  remove,
]

/** What `--all` adds after them. */
export const MORE_STEPS: readonly Step[] = [fileResource]
