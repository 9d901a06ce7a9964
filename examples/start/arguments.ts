import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { Failure } from './failure.js'

/** What `npm start` was asked to do. */
export interface Arguments {
  readonly help: boolean
  /** Absolute path of the file to upload. */
  readonly file: string
}

export const HELP = `usage: npm start [-- [file]]

A tour of the command line: a file goes into DHIS2 as a document, is listed, downloaded, replaced
and downloaded again, and deleted; on the emulator a photo also becomes a data value, and the file
goes with a message. Each command is shown as you would type it, and what comes back is compared.

  file     the file to upload (default: a report of this repository)
  --help   this text

Without more it runs on an emulator of DHIS2 2.43 that it starts and stops itself.
To run it on your DHIS2, set these in the environment:

  DHIS2_URL                         its address, as in https://dhis2.example.org/hmis
  DHIS2_PAT                         a personal access token, or
  DHIS2_USERNAME, DHIS2_PASSWORD    a user name and password

There it deletes the document that it made, and says which files DHIS2 keeps.
`

/** @throws Failure for what is no option, and for more than one file */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args)
  if (positionals.length > 1) {
    throw new Failure(`One file at a time, please: ${positionals.map((p) => basename(p)).join(', ')}.`)
  }
  const [given] = positionals
  // npm changes to the repository's folder and says where it was called
  const from = process.env['INIT_CWD'] ?? process.cwd()
  return { help: values.help, file: given === undefined ? bundled('report.pdf') : resolve(from, given) }
}

function parse(args: readonly string[]): { values: { help: boolean }; positionals: string[] } {
  const options = { help: { type: 'boolean', default: false } } as const
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options })
  } catch (error) {
    const [first = ''] = (error as Error).message.split('. ')
    throw new Failure(`${first}. npm start -- --help says what there is.`)
  }
}

/** A file of this repository. */
export function bundled(name: string): string {
  // this file is compiled into examples/dist/start
  return fileURLToPath(new URL(`../../files/${name}`, import.meta.url))
}
