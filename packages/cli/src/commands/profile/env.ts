import type { Shell } from '@dhis2-files/profiles'
import { defineCommand } from '../../command.js'
import { chosen, NAME_ARGUMENT } from './named.js'

const SHELLS: readonly Shell[] = ['sh', 'fish', 'powershell']

export const env = defineCommand({
  name: 'env',
  summary: 'Prints a profile as variables for a shell, secrets included.',
  details:
    'For eval, and for programs that know DHIS2_URL, DHIS2_PAT, DHIS2_USERNAME and DHIS2_PASSWORD. On a terminal secrets are masked.',
  examples: ['profile env play', 'profile env play --json'],
  arguments: [NAME_ARGUMENT],
  options: {
    shell: { kind: 'text', value: 'SHELL', choices: SHELLS, default: 'sh', about: 'For which shell.' },
  },
  async run(context, { name, shell }) {
    const { out } = context
    const { environmentOf, shellLine } = await import('@dhis2-files/profiles')
    const profile = await chosen(context, name)
    const variables = await environmentOf(await context.profiles(), profile)
    const shown = variables.map((one) => (out.terminal && one.secret && one.value ? { ...one, value: '•••' } : one))
    out.result(Object.fromEntries(shown.map(({ name: key, value }) => [key, value ?? null])), () =>
      shown.map((one) => shellLine(one, shell as Shell)).join('\n'),
    )
    if (out.terminal)
      out.note(
        `Secrets are masked on a terminal. For this shell: ${evalLine(name ?? context.globals.profile, shell as Shell)}`,
      )
  },
})

/** What takes the variables into a shell. */
function evalLine(name: string | undefined, shell: Shell): string {
  const command = ['dhis2-files profile env', ...(name === undefined ? [] : [name])].join(' ')
  const lines: Readonly<Record<Shell, string>> = {
    sh: `eval "$(${command})"`,
    fish: `${command} --shell fish | source`,
    powershell: `${command} --shell powershell | Out-String | Invoke-Expression`,
  }
  return lines[shell]
}
