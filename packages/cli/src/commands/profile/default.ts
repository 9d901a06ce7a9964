import type { ProfileScope } from '@dhis2-files/profiles'
import { defineCommand } from '../../command.js'
import type { CommandContext } from '../../context.js'
import { CliError } from '../../failure.js'
import { factLines } from '../../output/facts.js'
import { SCOPE_OPTIONS, scopeOf } from './named.js'
import { verifyAndTell } from './verify.js'

export const makeDefault = defineCommand({
  name: 'default',
  summary: 'Says which profile is used when none is named.',
  details:
    'Without a name it asks on a terminal, and shows the defaults in a pipe. Without --global or --local it is written where the profile is.',
  examples: ['profile default play', 'profile default --clear --local'],
  writes: true,
  arguments: [{ name: 'name', required: false, about: 'Name of the profile.', complete: 'profile' }],
  options: {
    ...SCOPE_OPTIONS,
    clear: { kind: 'flag', about: 'Have no default in that file.' },
    verify: { kind: 'flag', about: 'Try it afterwards.' },
  },
  async run(context, { name: given, clear, verify, ...input }) {
    const { out, dryRun } = context
    const asked = scopeOf(input)
    const store = await context.profiles()
    if (clear && given !== undefined) {
      throw new CliError('A name and --clear exclude each other.', { hint: 'Leave out one of them.' })
    }
    if (given === undefined && !clear && !context.io.interactive) {
      const { project, global } = store.defaults
      out.result({ project, global }, () => factLines({ Project: project ?? 'none', User: global ?? 'none' }))
      return
    }
    const name = clear ? undefined : (given ?? (await choose(context)))
    const scope = asked ?? (name === undefined ? 'global' : scopeOfFile(store.get(name).source.kind))
    if (dryRun) {
      out.result({ status: 'planned', dryRun, default: name ?? null, scope }, () =>
        name === undefined ? `would have no default (${scope})` : `would make ${name} the default (${scope})`,
      )
      return
    }
    const { path } = await store.setDefault(name, { scope })
    if (!verify || name === undefined || !out.json) {
      out.result({ status: 'saved', default: name ?? null, scope, path }, () =>
        name === undefined ? `no default in ${path}` : `${name} is the default in ${path}`,
      )
    }
    if (verify && name !== undefined) return verifyAndTell(context, [store.get(name)], { more: { default: name } })
  },
})

function scopeOfFile(kind: 'environment' | ProfileScope): ProfileScope {
  return kind === 'project' ? 'project' : 'global'
}

async function choose(context: CommandContext): Promise<string> {
  const rows = (await context.profiles()).list().filter(({ hidden, profile }) => !hidden && profile !== undefined)
  if (rows.length === 0)
    throw new CliError('There are no profiles.', { exit: 'profile', hint: 'profile add NAME adds one.' })
  const { askChoice } = await import('../../prompts.js')
  return askChoice(
    context,
    'Which profile is the default?',
    rows.map(({ name, profile }) => ({ value: name, label: name, hint: profile?.baseUrl ?? '' })),
  )
}
