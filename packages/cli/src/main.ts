import { readFileSync } from 'node:fs'
import { ENTRIES } from './commands/index.js'
import { answerShell, COMPLETE } from './completion/answer.js'
import { CommandContext } from './context.js'
import { exitCode } from './exit-codes.js'
import { CliError, failureOf, isNews } from './failure.js'
import { Interrupted, Interrupts } from './interrupts.js'
import { wordsToGoOn } from './going-on.js'
import { type CliIo, processIo } from './io.js'
import { Output, PipeClosed } from './output/output.js'
import { shellWords } from './output/shell.js'
import { type Asked, PROGRAM, readCommandLine } from './program.js'

/** Runs one command line. Never rejects: what goes wrong is told, and is the exit code. */
export async function main(argv: readonly string[], io: CliIo = processIo()): Promise<number> {
  if (argv[0] === COMPLETE) {
    io.stdout.write(await answerShell(argv.slice(1), io).catch(() => ''))
    return 0
  }
  const version = packageVersion()
  // what fails before the command line is read is told as it asks for
  let out = new Output(io, { json: argv.includes('--json') || argv.includes('-j'), debug: argv.includes('--debug') })
  try {
    const asked = await readCommandLine(argv, ENTRIES, version)
    if ('text' in asked) {
      out.print(asked.text.trimEnd())
      return await out.flushed()
    }
    out.dispose()
    out = new Output(io, { ...asked.globals, ndjson: asked.input['ndjson'] === true })
    return await run(asked, io, out, { version, argv })
  } catch (error) {
    if (error instanceof CliError && error.help !== undefined && !out.json)
      io.stderr.write(`${error.help.trimEnd()}\n\n`)
    return await report(error, out)
  } finally {
    out.dispose()
  }
}

async function run(
  asked: Asked,
  io: CliIo,
  out: Output,
  { version, argv }: { readonly version: string; readonly argv: readonly string[] },
): Promise<number> {
  const interrupts = new Interrupts(io.signals)
  const context = new CommandContext({ io, out, interrupts, globals: asked.globals, version })
  try {
    const running = asked.command.run(context, asked.input)
    // nobody reads on: what is under way ends, in order, before the process does
    out.closed().catch((reason: unknown) => interrupts.abort(reason))
    const code = (await running) ?? 0
    return await out.flushed(code).catch((reason: unknown) => {
      if (reason instanceof PipeClosed) return code
      throw reason
    })
  } catch (error) {
    // a failure below, such as a closed connection, is not what the user did
    const keeps = error instanceof CliError || isNews(error)
    const reason = interrupts.signal.aborted && !keeps ? interrupts.signal.reason : error
    const words = wordsToGoOn(error, asked.command, argv)
    return await report(reason, out, words && shellWords([PROGRAM, ...words]))
  } finally {
    interrupts.dispose()
    // the result has been told
    await context.close().catch(() => undefined)
  }
}

async function report(error: unknown, out: Output, goOn?: string): Promise<number> {
  if (error instanceof PipeClosed) return 0
  const failure = { ...failureOf(error), goOn }
  out.failure(failure, error)
  await out.flushed().catch(() => undefined)
  return error instanceof Interrupted ? exitCode('interrupted') : failure.exitCode
}

function packageVersion(): string {
  return (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version
}
