import type { Command } from '../../command.js'
import { attachments } from './attachments.js'
import { download } from './download.js'
import { reply } from './reply.js'
import { send } from './send.js'

/** `messages …`, in the order of the help. */
export const MESSAGES: readonly Command[] = [send, reply, attachments, download]
