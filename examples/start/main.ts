/** `npm start`: a file goes into DHIS2 and comes back, and every request is shown. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createUid, Dhis2Client } from '@dhis2-files/client'
import { type Arguments, HELP, readArguments } from './arguments.js'
import type { Demo } from './demo.js'
import { explain, Failure } from './failure.js'
import { interruptSignal } from './interrupt.js'
import { Leftovers } from './leftovers.js'
import { localFile } from './local-file.js'
import { createScreen, type Screen } from './screen.js'
import { openServer, type Server } from './server.js'
import { DOCUMENT_STEPS, MORE_STEPS, PLACE_STEPS } from './steps/index.js'
import { trace } from './trace.js'
import { noteUploads } from './uploads.js'

/** What Ctrl-C ends with, as shells have it. */
const INTERRUPTED = 130

async function main(): Promise<number> {
  const screen = createScreen(process.stdout, process.env)
  const signal = interruptSignal()
  try {
    const args = readArguments(process.argv.slice(2))
    if (args.help) screen.note(HELP.trimEnd())
    else await demonstrate(args, screen, signal)
    return 0
  } catch (error) {
    process.stderr.write(signal.aborted ? 'Interrupted.\n' : `\nError: ${explain(error)}\n`)
    return signal.aborted ? INTERRUPTED : 1
  }
}

async function demonstrate(args: Arguments, screen: Screen, signal: AbortSignal): Promise<void> {
  const file = await localFile(args.path, signal)
  if (file.size === 0) throw new Failure(`${args.path} is empty, and DHIS2 takes no empty files.`)
  const replacement = await localFile(args.replacement, signal)
  const photo = await localFile(args.photo, signal)
  const server = await openServer(process.env, file.size)
  const folder = await mkdtemp(join(tmpdir(), 'dhis2-files-'))
  try {
    await runSteps(args, { file, replacement, photo, folder }, server, screen, signal)
  } finally {
    await rm(folder, { recursive: true, force: true })
    await server.close()
  }
}

async function runSteps(
  { all }: Arguments,
  files: Pick<Demo, 'file' | 'replacement' | 'photo' | 'folder'>,
  server: Server,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  const { baseUrl, auth } = server
  const base = new Dhis2Client({ baseUrl, auth })
  const leftovers = new Leftovers()
  const client = base.with({
    middleware: [noteUploads(leftovers), trace(screen, base.baseUrl)],
    logger: { warn: (text) => screen.detail(shortened(text)) },
  })
  const document = createUid()
  const name = `dhis2-files demonstration ${document}`
  screen.note(`This runs on ${server.name} at ${base.baseUrl.href}`)
  // on a server that is not ours, objects are made only for who says so
  const steps = [...DOCUMENT_STEPS, ...(all || server.ours ? PLACE_STEPS : []), ...(all ? MORE_STEPS : [])]
  const playground = { orgUnit: createUid(), dataElement: createUid(), dataSet: createUid() }
  const demo: Demo = { client, screen, signal, document, name, leftovers, playground, ...files }
  try {
    for (const [index, step] of steps.entries()) {
      screen.title(`${index + 1}. ${step.title(demo)}`)
      await step.run(demo)
      signal.throwIfAborted()
    }
  } catch (error) {
    await leftovers.remove(base, screen)
    throw error
  } finally {
    if (!server.ours) nameWhatStays(leftovers, screen)
    await base.close()
  }
  screen.note(`\nDone: every file came back, and what could be deleted is deleted.`)
}

/** A repeat is announced with the whole error before it, which the lines above have shown. */
function shortened(warning: string): string {
  return /Trying again in .*$/.exec(warning)?.[0] ?? warning
}

function nameWhatStays(leftovers: Leftovers, screen: Screen): void {
  const lines = leftovers.lines()
  if (lines.length === 0) return
  screen.note('\nThis stays on the server, because DHIS2 has no way to delete it, or refused to:')
  for (const text of lines) screen.note(`   ${text}`)
}

process.exitCode = await main()
