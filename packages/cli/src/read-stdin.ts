import { addAbortSignal } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { CommandContext } from './context.js'

/** All of stdin as text. The wait for whoever writes it ends with the command. @throws The reason of the signal */
export async function readStdin({ io, signal }: Pick<CommandContext, 'io' | 'signal'>): Promise<string> {
  try {
    return await text(addAbortSignal(signal, io.stdin))
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}
