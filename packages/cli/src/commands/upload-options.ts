import type { Options } from '../command.js'

/** Files at a time, where the user does not say. */
export const CONCURRENCY = 4

/** What every batch takes. */
export const BATCH_OPTIONS = {
  concurrency: { kind: 'count', short: 'c', value: 'N', default: CONCURRENCY, about: 'Files at a time.' },
} as const satisfies Options

/** What every upload of files takes. */
export const UPLOAD_OPTIONS = {
  ...BATCH_OPTIONS,
  filename: { kind: 'text', value: 'NAME', about: 'Name of the file in DHIS2; needed for stdin. For one file.' },
  contentType: { kind: 'text', value: 'TYPE', about: 'MIME type. Default: by the extension.' },
  until: {
    kind: 'text',
    value: 'STATE',
    choices: ['stored', 'accepted'],
    about: 'What to wait for: that the server has stored the bytes, or only accepted them. Default stored.',
  },
  journal: {
    kind: 'text',
    value: 'FILE',
    about: 'Where to keep the journal. Default: a new file of this user; it is removed when all is uploaded.',
  },
  resume: { kind: 'text', value: 'JOURNAL', about: 'Go on with the files of a journal, with the same uids.' },
} as const satisfies Options
