import type { Dhis2Error } from '@dhis2-files/client'
import { shellWords } from './output/shell.js'
import { wordsToShare } from './share-words.js'

/** What the client's messages say to a program, and how it is said to whoever types commands. */
const SENTENCES: readonly (readonly [RegExp, string])[] = [
  // the line that goes on, or --resume of a batch, has the uid
  [/: pass \{ fileResource: '\w+' \} to finish without sending it again/g, ', and need not be sent again'],
  [/ Pass these uids as attachments instead of the data\./g, ' They need not be sent again.'],
  [/Leave fileResource out to upload/g, 'Leave out --file-resource or --resume to upload'],
  [/allow it to be overwritten/g, 'pass --overwrite'],
  [/say so with the client's option maxFileUploadSize/g, 'say so with max_file_size in the profile'],
  [/ \(pass xsrfToken, or let the client keep the cookies\)/g, ': sign in again'],
  [/use replaceDocument or renameDocument/g, 'use "documents replace" or "documents rename"'],
  [/Use updateExternalDocument/g, 'Use "documents update"'],
  [/pass another contentType/g, 'pass another --content-type'],
  [/pass its contentType/g, 'pass its --content-type'],
  [/pass a filename with/g, 'pass a --filename with'],
  [/An attribute of a program goes by \{ program \}/g, 'An attribute of a program needs --program'],
  [/Pass a Blob, a file or a buffer, or `spool: true`/g, 'Name a file instead of -'],
]

/** A message or hint of the client, in the words of the command line. */
export function asSaid(text: string, error: Dhis2Error): string {
  const words = wordsToShare(error)
  const said = SENTENCES.reduce((so, [from, to]) => so.replace(from, to), text)
  if (words === undefined) return said
  // a function: what a shell is told may hold a $
  return said.replace(
    /\bwith shareDocument\(uid, error\.sharing\)/g,
    () => `with “${shellWords(['dhis2-files', ...words])}”`,
  )
}
