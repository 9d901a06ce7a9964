import { defineCommand } from '../command.js'
import { COMPLETION_SCRIPTS, type CompletionShell, SHELLS } from '../completion/scripts.js'

export const completion = defineCommand({
  name: 'completion',
  summary: 'Prints what makes a shell complete commands, options and names.',
  details:
    'bash: eval "$(dhis2-files completion bash)" in ~/.bashrc. zsh: eval "$(dhis2-files completion zsh)" in ~/.zshrc after compinit. fish: dhis2-files completion fish > ~/.config/fish/completions/dhis2-files.fish',
  examples: ['completion bash'],
  arguments: [{ name: 'shell', choices: SHELLS, about: 'For which shell.' }],
  options: {},
  run: async ({ out }, { shell }) => {
    const script = COMPLETION_SCRIPTS[shell as CompletionShell]
    out.result({ shell, script }, () => script)
  },
})
