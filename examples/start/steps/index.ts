import type { Step } from '../demo.js'
import { dataValue } from './data-value.js'
import { download } from './download.js'
import { fileResource } from './file-resource.js'
import { list } from './list.js'
import { message } from './message.js'
import { orgUnitImage } from './org-unit-image.js'
import { prepare } from './prepare.js'
import { remove } from './remove.js'
import { replace } from './replace.js'
import { signIn } from './sign-in.js'
import { tidy } from './tidy.js'
import { upload } from './upload.js'

/** What `npm start` does with a document, in this order. */
export const DOCUMENT_STEPS: readonly Step[] = [
  signIn,
  upload,
  list,
  download((demo) => demo.file),
  replace,
  download((demo) => demo.replacement),
  remove,
]

/** Other places of files, and what is needed to have them: on a real server only with `--all`. */
export const PLACE_STEPS: readonly Step[] = [prepare, dataValue, orgUnitImage, message, tidy]

/** What `--all` adds after them. */
export const MORE_STEPS: readonly Step[] = [fileResource]
