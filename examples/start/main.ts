/** `npm start`: a tour of the command line, on an emulator or on your own DHIS2. */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HELP, readArguments } from './arguments.js'
import { createCommands } from './commands.js'
import { CommandFailed, Failure } from './failure.js'
import { makePlayground } from './playground.js'
import { openServer } from './server.js'
import { cleanUp, documentTour, packFor, placesTour, type Tour, tourDocument } from './tour.js'

/** What Ctrl-C ends with, as shells have it. */
const INTERRUPTED = 130

let interrupted = false
// a command that is running gets Ctrl-C too, and ends by itself
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => (interrupted = true))
// whoever reads the output may stop reading: the tour still deletes what it made
process.stdout.on('error', () => {})

async function main(): Promise<number> {
  try {
    const { help, file } = readArguments(process.argv.slice(2))
    if (help) process.stdout.write(HELP)
    else await guide(file)
    return 0
  } catch (error) {
    if (interrupted) process.stderr.write('Interrupted.\n')
    // a command has said itself what is wrong
    else if (!(error instanceof CommandFailed)) process.stderr.write(`\nError: ${explain(error)}\n`)
    if (interrupted) return INTERRUPTED
    return error instanceof CommandFailed ? error.exitCode : 1
  }
}

async function guide(file: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'dhis2-files-'))
  try {
    const name = await packFor(file, folder)
    const server = await openServer(process.env, (await stat(file)).size)
    try {
      process.stdout.write(`This runs on ${server.name}.\n`)
      // journals are kept with the tour's own files
      const env = { ...server.env, XDG_STATE_HOME: folder }
      const tour: Tour = {
        commands: createCommands(env, folder, () => interrupted),
        folder,
        file: name,
        document: tourDocument(),
      }
      await tour.commands.run('profile', 'verify')
      await documentTour(tour).catch(async (error: unknown) => {
        await cleanUp(tour).catch(() => undefined)
        throw error
      })
      if (server.ours) await placesTour(tour, await makePlayground(env))
      stopIfInterrupted()
    } finally {
      await server.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  process.stdout.write('\nDone: every file came back as it was sent. dhis2-files --help lists what else there is.\n')
}

function stopIfInterrupted(): void {
  if (interrupted) throw new CommandFailed(INTERRUPTED)
}

function explain(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return error instanceof Failure ? text : `This should not happen: ${text}`
}

process.exitCode = await main()
