import { join, resolve } from 'node:path'
import { mkdir, stat } from 'node:fs/promises'
import { safeFileName, type MessageAttachment } from '@dhis2-files/client'
import { defineCommand } from '../../command.js'
import { CliError } from '../../failure.js'
import { eachOf } from '../each.js'
import { checkTarget, receive, RECEIVE_OPTIONS, receivedLine, save } from '../receive.js'
import { checkUids } from '../uids.js'

export const download = defineCommand({
  name: 'download',
  summary: 'Downloads the attachments of a conversation.',
  details: 'Several go into a folder, which is made where it is not there; those of one name get their uids before it.',
  examples: [
    'messages download c2345678901 --to attachments/',
    'messages download c2345678901 m2345678901 --to - > report.pdf',
  ],
  arguments: [
    { name: 'conversation', about: 'Uid of the conversation.' },
    { name: 'files', many: true, required: false, about: 'Uids of attachments. Default: all of them.' },
  ],
  options: RECEIVE_OPTIONS,
  async run(context, { conversation, files: uids, ...input }) {
    checkUids('a conversation', conversation)
    checkUids('an attachment', ...uids)
    checkTarget(context, input)
    const { files } = await context.client()
    const { signal, out } = context
    const all = await files.messages.listAttachments(conversation, { signal })
    const open = ({ message, file }: MessageAttachment) =>
      files.messages.downloadAttachment(conversation, message, file, { signal })
    const found = (uid: string): MessageAttachment => {
      const one = all.find(({ file }) => file === uid)
      if (one !== undefined) return one
      throw new CliError(`Conversation ${conversation} has no attachment ${uid}.`, {
        exit: 'not-found',
        hint: `messages attachments ${conversation} lists those that it has.`,
      })
    }
    const wanted = uids.length === 0 ? all.map(({ file }) => file) : [...new Set(uids)]
    if (wanted.length === 0) {
      out.note('No attachments.')
      if (out.json) out.print('[]')
      return
    }
    const [only] = wanted
    if (only !== undefined && uids.length === 1) return receive(context, await open(found(only)), input)
    await makeFolder(resolve(context.io.cwd, input.to), input.to)
    return eachOf(context, wanted, {
      several: true,
      find: async (uid) => {
        const name = targetName(found(uid), all)
        return save(context, await open(found(uid)), join(input.to, name), input.overwrite)
      },
      done: (received) => ({ value: received, text: receivedLine(received) }),
    })
  },
})

/** A name of its own among those of the conversation, also where names are compared without case. */
function targetName({ file, fileResource }: MessageAttachment, all: readonly MessageAttachment[]): string {
  const nameOf = (one: MessageAttachment): string => safeFileName(one.fileResource?.name ?? one.file)
  const name = safeFileName(fileResource?.name ?? file)
  const same = all.filter((one) => nameOf(one).toLowerCase() === name.toLowerCase())
  return same.length > 1 ? safeFileName(`${file}-${name}`) : name
}

/** The folder for several files, which is made where nothing is. @throws CliError where something else is */
async function makeFolder(path: string, given: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) return
  if (found === undefined && given !== '-') return void (await mkdir(path, { recursive: true }))
  const why = given === '-' ? 'Stdout takes one file' : `${path} is no folder`
  throw new CliError(`${why}, and there are several attachments.`, { hint: 'Name one of them, or a folder with --to.' })
}
