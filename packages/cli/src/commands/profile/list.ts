import type { ListedProfile } from '@dhis2-files/profiles'
import { defineCommand } from '../../command.js'
import { printAll } from '../../output/list.js'
import type { Column } from '../../output/table.js'
import { NDJSON_OPTIONS } from '../list-options.js'
import { profileJson } from './told.js'

const COLUMNS: readonly Column<ListedProfile>[] = [
  { title: '', show: ({ isDefault, hidden }) => (isDefault ? '*' : hidden ? '-' : '') },
  { title: 'NAME', show: ({ name }) => name },
  { title: 'FILE', show: ({ scope }) => scope },
  { title: 'AUTH', show: ({ profile }) => profile?.auth ?? '' },
  { title: 'USER', show: ({ profile }) => profile?.username ?? '', cut: true },
  {
    title: 'URL',
    show: ({ profile, problem }) => profile?.baseUrl ?? `cannot be used: ${problem?.message}`,
    cut: true,
  },
]

export const list = defineCommand({
  name: 'list',
  aliases: ['ls'],
  summary: 'Lists profiles of this project and this user.',
  details:
    '* is the default. A profile of the project hides the user’s of the same name: --all lists it too, as -. Nothing secret is shown.',
  examples: ['profile list', 'profile list --all --json'],
  arguments: [],
  options: { all: { kind: 'flag', short: 'a', about: 'Also those that are hidden.' }, ...NDJSON_OPTIONS },
  async run(context, { all, ndjson }) {
    const { out } = context
    const rows = (await context.profiles()).list().filter(({ hidden }) => all || !hidden)
    if (!out.json && !ndjson) {
      await printAll(out, rows, { columns: COLUMNS, name: 'profiles' }, { ndjson })
      if (rows.length === 0) out.note('profile add NAME adds one.')
      return
    }
    const shown = rows.map(({ name, scope, path, isDefault, hidden, profile, problem }) => ({
      ...(profile ? profileJson(profile) : { name, source: scope, path }),
      default: isDefault,
      hidden,
      error: problem && { code: problem.code, message: problem.message, hint: problem.hint },
    }))
    if (ndjson) for (const row of shown) out.print(JSON.stringify(row))
    else out.print(JSON.stringify(shown, undefined, 2))
  },
})
