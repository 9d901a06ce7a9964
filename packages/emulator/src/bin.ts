#!/usr/bin/env node
import { runCli } from './cli.js'

const started = await runCli(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
})
if ('exitCode' in started) process.exitCode = started.exitCode
else {
  let stopping = false
  const stop = () => {
    if (stopping) process.exit(1)
    stopping = true
    started.emulator.close().then(
      () => process.exit(0),
      (error: Error) => {
        process.stderr.write(`dhis2-emulator: ${error.message}\n`)
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}
