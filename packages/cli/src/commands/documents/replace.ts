import { localSource } from '../../batch/local-source.js'
import { defineCommand } from '../../command.js'
import { createProgress } from '../../output/progress.js'
import { checkUids } from '../uids.js'

export const replace = defineCommand({
  name: 'replace',
  summary: 'Gives an uploaded document another file; name, code and sharing stay.',
  details:
    'The old file resource stays on the server for good, and is named. When the new file is there and could not be attached, --file-resource finishes without sending it again.',
  examples: ['documents replace a2345678901 report-revised.pdf'],
  writes: true,
  arguments: [
    { name: 'uid', about: 'Uid of the document.' },
    { name: 'path', about: 'The file, or - for stdin.' },
  ],
  options: {
    filename: { kind: 'text', value: 'NAME', about: 'Name of the file in DHIS2; needed for stdin.' },
    contentType: { kind: 'text', value: 'TYPE', about: 'MIME type. Default: by the extension.' },
    fileResource: { kind: 'text', value: 'UID', about: 'Uid of the file resource, as a failed call has named it.' },
  },
  async run(context, { uid, path, filename, contentType, fileResource }) {
    const { out, io, signal } = context
    checkUids('a document', uid)
    checkUids('a file resource', fileResource)
    const { files } = await context.client()
    const { source, dispose } = await localSource(context, path, filename)
    try {
      const { name } = await files.getDocument(uid, { signal })
      if (context.dryRun) {
        out.result(
          { status: 'planned', dryRun: true, uid, name, path },
          () => `would replace the file of ${uid}  ${name}`,
        )
        return
      }
      const progress = createProgress(out, io, { files: 1, bytes: source.size, concurrency: 1 })
      const line = progress.begin(source.name, source.size)
      try {
        const onProgress = ({ loaded }: { readonly loaded: number }): void => line.update(loaded)
        const replaced = await files.replaceDocument(uid, source, {
          filename,
          contentType,
          fileResource,
          onProgress,
          signal,
        })
        line.end('uploaded')
        progress.stop()
        out.result(replaced, () => `replaced the file of ${uid}  ${replaced.name}`)
        if (replaced.leftBehind !== undefined)
          out.note(`File resource ${replaced.leftBehind} is left behind: DHIS2 keeps it for good.`)
      } finally {
        progress.stop()
      }
    } finally {
      await dispose()
    }
  },
})
