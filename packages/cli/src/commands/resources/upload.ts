import { uploadFiles, type UploadKind } from '../../batch/upload.js'
import { defineCommand } from '../../command.js'
import { DOMAINS } from '../domains.js'
import { checkUids } from '../uids.js'
import { UPLOAD_OPTIONS } from '../upload-options.js'

const RESOURCES: UploadKind = {
  command: 'resources upload',
  documents: false,
  async upload(client, source, { fileResource, filename }, { domain, contentType, until, onProgress, signal }) {
    const options = { uid: fileResource, filename, domain, contentType, until, onProgress, signal }
    return client.files.uploadFileResource(source, options)
  },
}

export const upload = defineCommand({
  name: 'upload',
  summary: 'Uploads files that other objects are to refer to, each exactly once.',
  details:
    'Unattached files of the domains DOCUMENT, ICON, ORG_UNIT and USER_AVATAR vanish after two days; the others stay for good. With --resume a journal is gone on with, as in "documents upload".',
  examples: ['resources upload photo.jpg --domain DATA_VALUE'],
  writes: true,
  arguments: [{ name: 'paths', many: true, required: false, about: 'Files, patterns, or - for stdin.' }],
  options: {
    ...UPLOAD_OPTIONS,
    domain: {
      kind: 'text',
      value: 'DOMAIN',
      choices: DOMAINS,
      about: 'What the file is for. Default DATA_VALUE.',
    },
    uid: { kind: 'text', value: 'UID', about: 'Uid of the file resource. Default: a new one. For one file.' },
  },
  async run(context, input) {
    checkUids('a file resource', input.uid)
    const { contentType, until } = input
    // with --resume the journal has it
    const domain = input.domain ?? (input.resume === undefined ? 'DATA_VALUE' : undefined)
    const settings = { contentType, until: until as 'stored' | 'accepted' | undefined, domain }
    return uploadFiles(context, RESOURCES, input, settings)
  },
})
