import { copyFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createUid } from '@dhis2-files/client'
import { bundled } from './arguments.js'
import type { Commands } from './commands.js'
import { Failure } from './failure.js'
import type { Playground } from './playground.js'

/** What the tour works with. */
export interface Tour {
  readonly commands: Commands
  /** The folder in which commands are run. It holds the files. */
  readonly folder: string
  /** Name of the file in it. */
  readonly file: string
  /** Uid of the document: chosen here, so that it can be deleted whatever happens. */
  readonly document: string
}

/** Takes the files of the tour into its folder, so that commands name them as one would. @throws Failure */
export async function packFor(file: string, folder: string): Promise<string> {
  const name = basename(file)
  const known = await stat(file).catch(() => undefined)
  if (known === undefined) throw new Failure(`There is no file ${file}.`)
  if (!known.isFile()) throw new Failure(`${file} is no file.`)
  if (known.size === 0) throw new Failure(`${file} is empty, and DHIS2 takes no empty files.`)
  await copyFile(bundled('report-revised.pdf'), join(folder, 'report-revised.pdf'))
  await copyFile(bundled('photo.jpg'), join(folder, 'photo.jpg'))
  await copyFile(file, join(folder, name))
  return name
}

/** A document, from its upload to its end. */
export async function documentTour({ commands, folder, file, document }: Tour): Promise<void> {
  const name = `dhis2-files tour ${document}`
  await commands.run('documents', 'upload', file, '--name', name, '--uid', document)
  await commands.run('documents', 'list', '--filter', `name:ilike:${document}`, '--details')
  await commands.run('documents', 'download', document, '--to', 'copy/')
  await same(folder, file, join('copy', file))
  await commands.run('documents', 'replace', document, 'report-revised.pdf')
  await commands.run('documents', 'rename', document, `${name}, revised`)
  await commands.run('documents', 'share', document, '--public', 'none')
  await commands.run('documents', 'download', document, '--to', 'revised.pdf')
  await same(folder, 'report-revised.pdf', 'revised.pdf')
  await commands.run('documents', 'delete', document, '--yes')
}

/** Files in other places. */
export async function placesTour(
  { commands, folder, file }: Tour,
  { orgUnit, dataElement, dataSet, user }: Playground,
): Promise<void> {
  const value = ['--data-element', dataElement, '--org-unit', orgUnit, '--period', '202601']
  await commands.run('media', 'upload', 'photo.jpg', ...value)
  const selection = ['--data-set', dataSet, '--org-unit', orgUnit, '--period', '202601']
  await commands.run(
    'media',
    'download',
    ...selection,
    '--to',
    'photos',
    '--name-template',
    '{orgUnit}/{period}/{file}',
  )
  await same(folder, 'photo.jpg', join('photos', orgUnit, '202601', 'photo.jpg'))
  await commands.run(
    'messages',
    'send',
    'Malaria report',
    '--text',
    'It is attached.',
    '--user',
    user,
    '--attach',
    file,
  )
  await commands.run('orgunits', 'set', orgUnit, 'photo.jpg')
}

/** Deletes the document after a failure. */
export function cleanUp({ commands, document }: Tour): Promise<void> {
  return commands.run('documents', 'delete', document, '--yes', '--missing-ok')
}

/** A uid for the tour's document. */
export const tourDocument = (): string => createUid()

async function same(folder: string, sent: string, received: string): Promise<void> {
  const [before, after] = await Promise.all([md5Of(join(folder, sent)), md5Of(join(folder, received))])
  if (before !== after) throw new Failure(`${received} has MD5 ${after}, and ${sent} has ${before}.`)
  process.stdout.write(`   ✓ ${received} is ${sent}: MD5 ${after}\n`)
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
