import { extname } from 'node:path'
import { safeFileName } from '@dhis2-files/client'
import { CliError } from '../failure.js'

/** What may stand in a template, and what it stands for in one file. */
export type TemplateValues = Readonly<Record<string, string | undefined>>

/** Makes the path of a file, below the folder of a download, out of what is known of it. */
export type NameTemplate = (values: TemplateValues) => string

/**
 * Reads a template such as `{orgUnit}/{period}/{file}`. A slash in it makes a folder; one in a value does not. Each part of the
 * path is made safe, so that none leads out of the folder.
 * @param known The names that may stand in braces.
 * @throws CliError `usage` for another name, and for a template that names nothing of the file
 */
export function readTemplate(template: string, known: readonly string[]): NameTemplate {
  const names = [...template.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? '')
  const wrong = names.find((name) => !known.includes(name))
  const hint = `It may hold ${known.map((name) => `{${name}}`).join(', ')}.`
  if (wrong !== undefined) throw new CliError(`--name-template: there is no {${wrong}}.`, { hint })
  if (names.length === 0) throw new CliError('--name-template gives every file the same name.', { hint })
  if (/^[/\\]|^[a-z]:/i.test(template))
    throw new CliError('--name-template must not begin with a slash: files stay in the folder of --to.')
  return (values) =>
    template
      .split('/')
      .filter((part) => part !== '' && part !== '.' && part !== '..')
      .map((part) => safeFileName(part.replace(/\{([^{}]*)\}/g, (_, name: string) => values[name] ?? '')))
      .join('/')
}

/** What most file systems take: bytes of UTF-8 in one name. */
const LONGEST = 255

/** What follows the last dot counts as an extension up to this length, as in `safeFileName`. */
const LONGEST_EXTENSION = 32

/** `report.pdf` as `report (a2345678901).pdf`. A name that would be too long loses letters before the uid. */
export function withUid(path: string, uid: string): string {
  const slash = path.lastIndexOf('/') + 1
  const [folder, name] = [path.slice(0, slash), path.slice(slash)]
  const dotted = extname(name)
  // a longer one is part of the name
  const extension = Buffer.byteLength(dotted) <= LONGEST_EXTENSION ? dotted : ''
  const end = ` (${uid})${extension}`
  let stem = name.slice(0, name.length - extension.length)
  while (Buffer.byteLength(stem + end) > LONGEST) stem = [...stem].slice(0, -1).join('')
  return `${folder}${safeFileName(stem + end)}`
}
