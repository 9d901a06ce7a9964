import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { Failure } from './failure.js'

/** What `npm start` was asked to do. */
export interface Arguments {
  readonly help: boolean
  readonly all: boolean
  /** Absolute path of the file to upload. */
  readonly path: string
  /** Absolute path of the file that replaces it. */
  readonly replacement: string
  /** Absolute path of the photo that other places are given. */
  readonly photo: string
}

export const HELP = `usage: npm start [-- [options] [file]]

Takes a file into DHIS2 and back: uploads it as a document, lists it, downloads it, replaces
its file, downloads that, compares every MD5, and deletes the document. Then a photo becomes
a data value and the image of an organisation unit, and the file goes with a message. Shows
each request.

  file     the file to upload (default: a report of this repository)
  --all    also a file resource by itself; on your DHIS2 also the photo and the message,
           for which an organisation unit, a data set and a data element are made there
  --help   this text

Without more it runs on an emulator of DHIS2 2.43 that it starts and stops itself.
To run it on your DHIS2, set these in the environment:

  DHIS2_URL                         its address, as in https://dhis2.example.org/hmis
  DHIS2_PAT                         a personal access token, or
  DHIS2_USERNAME, DHIS2_PASSWORD    a user name and password

There it deletes what DHIS2 lets it delete, and names what stays.
`

/** @throws Failure for what is no option, and for more than one file */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args)
  if (positionals.length > 1) {
    throw new Failure(`One file at a time, please: ${positionals.map((p) => basename(p)).join(', ')}.`)
  }
  // npm changes to the repository's folder and says where it was called
  const from = process.env['INIT_CWD'] ?? process.cwd()
  const [given] = positionals
  return {
    help: values.help,
    all: values.all,
    path: given === undefined ? bundled('report.pdf') : resolve(from, given),
    replacement: bundled('report-revised.pdf'),
    photo: bundled('photo.jpg'),
  }
}

function parse(args: readonly string[]): { values: { help: boolean; all: boolean }; positionals: string[] } {
  const options = { help: { type: 'boolean', default: false }, all: { type: 'boolean', default: false } } as const
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options })
  } catch (error) {
    const [first = ''] = (error as Error).message.split('. ')
    throw new Failure(`${first}. npm start -- --help names the options.`)
  }
}

function bundled(name: string): string {
  // this file is compiled into examples/dist/start
  return fileURLToPath(new URL(`../../files/${name}`, import.meta.url))
}
