import type { CommandContext } from './context.js'
import { CliError } from './failure.js'

/** What the questions need of a context. They are asked on stderr, so that stdout has results alone. */
type Asking = Pick<CommandContext, 'io' | 'signal'>

/** One of several answers. */
export interface Choice {
  readonly value: string
  readonly label?: string
  readonly hint?: string
}

/** A yes or no; no where just Enter is pressed. @throws CliError `interrupted` */
export async function askYes(context: Asking, message: string): Promise<boolean> {
  const { confirm } = await import('@clack/prompts')
  return answerOf(await confirm({ message, initialValue: false, ...streams(context) }))
}

/** A text. @throws CliError `interrupted` */
export async function askText(
  context: Asking,
  message: string,
  options: { readonly placeholder?: string; readonly initialValue?: string; readonly signal?: AbortSignal } = {},
): Promise<string> {
  const { text } = await import('@clack/prompts')
  const validate = (value: string | undefined) => (value?.trim() ? undefined : 'Something has to be written here.')
  return answerOf(await text({ message, validate, ...streams(context), ...options })).trim()
}

/** Something secret: what is typed is not shown. @throws CliError `interrupted` */
export async function askSecret(context: Asking, message: string, { optional = false } = {}): Promise<string> {
  const { password } = await import('@clack/prompts')
  const validate = (value: string | undefined) => (value || optional ? undefined : 'Something has to be written here.')
  return answerOf(await password({ message, mask: '•', validate, ...streams(context) })) ?? ''
}

/** One of several. @throws CliError `interrupted` */
export async function askChoice(context: Asking, message: string, options: readonly Choice[]): Promise<string> {
  const { select } = await import('@clack/prompts')
  return answerOf(await select<string>({ message, options: [...options], ...streams(context) }))
}

function streams({ io, signal }: Asking) {
  return { input: io.stdin, output: io.stderr, signal }
}

/** Clack gives a symbol where the question was left by Ctrl-C or Escape. */
function answerOf<T>(answer: T): Exclude<T, symbol> {
  if (typeof answer === 'symbol') throw new CliError('Nothing was done.', { exit: 'interrupted' })
  return answer as Exclude<T, symbol>
}
