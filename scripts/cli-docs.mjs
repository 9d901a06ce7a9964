/**
 * `npm run docs`: writes the generated parts of docs/cli.md, each between its markers, from the commands themselves.
 * `--check` only compares.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fail, PrepareError, prepare, ROOT } from './prepare.mjs'

const DIST = join(ROOT, 'packages', 'cli', 'dist')

const load = (file) => import(pathToFileURL(join(DIST, file)).href)

/** What is generated, by the name that its markers have. */
async function parts() {
  const [{ ENTRIES }, { EXIT_CODES }, { flagOf }, globals] = await Promise.all(
    ['commands/index.js', 'exit-codes.js', 'command.js', 'global-options.js'].map(load),
  )
  const rows = (options) => Object.entries(options).map(([name, spec]) => optionRow(flagOf(name), spec))
  const extra = ({ writes, deletes }) => ({
    ...(writes && globals.WRITE_OPTIONS),
    ...(deletes && globals.DELETE_OPTIONS),
  })
  const groups = await Promise.all(
    ENTRIES.map(async (entry) => ({
      ...entry,
      commands: 'load' in entry ? await entry.load() : [await entry.loadOne()],
      single: !('load' in entry),
    })),
  )
  const overview = groups.map(({ name, summary, commands, single }) => {
    const verbs = single ? '' : commands.map((command) => `[${command.name}](#${name}-${command.name})`).join(', ')
    return `| [\`${name}\`](#${name}) | ${verbs} | ${cell(summary)} |`
  })
  const commands = groups.flatMap(({ name, summary, commands: all, single }) => [
    ...(single ? [] : [`### ${name}`, '', summary, '']),
    ...all.flatMap((command) => commandLines(single ? command.name : `${name} ${command.name}`, single, command)),
  ])
  function commandLines(path, single, command) {
    const { summary, details, aliases = [], examples = [], arguments: words } = command
    const options = rows({ ...command.options, ...extra(command) })
    return [
      `${single ? '###' : '####'} ${path}`,
      '',
      `\`${['dhis2-files', path, ...words.map(usageOf), ...(options.length > 0 ? ['[options]'] : [])].join(' ')}\``,
      '',
      [summary, details].filter(Boolean).join(' ').replaceAll('<', '\\<'),
      ...(aliases.length > 0 ? ['', `Also \`${aliases.join('`, `')}\`.`] : []),
      '',
      ...(words.length + options.length > 0 ? ['| | |', '| --- | --- |'] : []),
      ...words.map(({ name, about, choices }) => `| \`${name}\` | ${cell(about)}${choicesOf(choices)} |`),
      ...options,
      ...(words.length + options.length > 0 ? [''] : []),
      '```sh',
      ...examples.map((line) => `dhis2-files ${line}`),
      '```',
      '',
    ]
  }
  return {
    overview: ['| | | |', '| --- | --- | --- |', ...overview],
    commands,
    globals: ['| | |', '| --- | --- |', ...rows(globals.GLOBAL_OPTIONS)],
    'exit-codes': [
      '| code | name | when | `error.code` |',
      '| --- | --- | --- | --- |',
      ...EXIT_CODES.map(
        ({ code, name, about, errors }) =>
          `| ${code} | ${name} | ${cell(about)} | ${errors.map((one) => `\`${one}\``).join(', ')} |`,
      ),
    ],
  }
}

function optionRow(flag, spec) {
  const long = spec.kind === 'on' ? flag.replace(/^--/, '--no-') : flag
  const names = [...(spec.short === undefined ? [] : [`-${spec.short}`]), long].join(', ')
  const value = 'value' in spec ? ` ${spec.value}` : ''
  const preset = 'default' in spec && !/Default/.test(spec.about) ? ` Default ${spec.default}.` : ''
  return `| \`${cell(names + value)}\` | ${cell(spec.about)}${choicesOf(spec.choices)}${cell(preset)} |`
}

function choicesOf(choices) {
  return choices === undefined ? '' : ` One of ${choices.map((one) => `\`${one}\``).join(', ')}.`
}

function usageOf({ name, many, required = true }) {
  const inner = many ? `${name}...` : name
  return required ? `<${inner}>` : `[${inner}]`
}

function cell(text) {
  return text.replaceAll('|', '\\|')
}

/** The text with each part between `<!-- name: … -->` and `<!-- end -->` as it is now. */
function withParts(text, all) {
  const written = new Set()
  const result = text.replace(/(<!-- generated: ([\w-]+) -->\n)[^]*?(?=<!-- end -->)/g, (_, marker, name) => {
    if (all[name] === undefined) throw new Error(`docs/cli.md: nothing is generated for “${name}”.`)
    written.add(name)
    return `${marker}\n${all[name].join('\n').trimEnd()}\n\n`
  })
  const missing = Object.keys(all).filter((name) => !written.has(name))
  if (missing.length > 0) throw new Error(`docs/cli.md has no place for ${missing.join(', ')}.`)
  return result
}

async function main() {
  await prepare()
  const path = join(ROOT, 'docs', 'cli.md')
  const text = readFileSync(path, 'utf8')
  const now = withParts(text, await parts())
  if (!process.argv.includes('--check')) return writeFileSync(path, now)
  if (text !== now) throw new PrepareError('docs/cli.md is not what the commands say: npm run docs writes it.')
}

await main().catch(fail)
