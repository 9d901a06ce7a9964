import { uploadFiles, type UploadKind } from '../../batch/upload.js'
import { defineCommand } from '../../command.js'
import { checkUids } from '../uids.js'
import { UPLOAD_OPTIONS } from '../upload-options.js'
import { accessOf } from './access.js'

const DOCUMENTS: UploadKind = {
  command: 'documents upload',
  documents: true,
  async upload(
    client,
    source,
    { name = '', code, document, fileResource, filename },
    { public: everybody, contentType, until, onProgress, signal },
  ) {
    const sharing = everybody === undefined ? undefined : { public: everybody }
    const options = {
      name,
      code,
      uid: document,
      fileResource,
      filename,
      contentType,
      until,
      sharing,
      onProgress,
      signal,
    }
    return (await client.files.uploadDocument(source, options)).fileResource
  },
}

export const upload = defineCommand({
  name: 'upload',
  summary: 'Uploads files as documents, each exactly once.',
  details:
    'Names files, patterns in quotes, or - for stdin. What is to be done is written into a journal first: after a failure, Ctrl-C or a crash --resume goes on with it.',
  examples: [
    'documents upload report.pdf --name "Malaria report"',
    "documents upload 'reports/**/*.pdf' --concurrency 8",
  ],
  writes: true,
  arguments: [{ name: 'paths', many: true, required: false, about: 'Files, patterns, or - for stdin.' }],
  options: {
    ...UPLOAD_OPTIONS,
    name: { kind: 'text', value: 'NAME', about: 'Name of the document. Default: that of the file. For one file.' },
    code: { kind: 'text', value: 'CODE', about: 'Code of the document, unique among documents. For one file.' },
    uid: { kind: 'text', value: 'UID', about: 'Uid of the document. Default: a new one. For one file.' },
    public: {
      kind: 'text',
      value: 'ACCESS',
      about: 'What everybody who can sign in may do: none, read or write. Default: as DHIS2 has it.',
    },
  },
  async run(context, input) {
    checkUids('a document', input.uid)
    const { contentType, until, public: everybody } = input
    const settings = {
      contentType,
      until: until as 'stored' | 'accepted' | undefined,
      public: everybody && accessOf(everybody),
    }
    return uploadFiles(context, DOCUMENTS, input, settings)
  },
})
