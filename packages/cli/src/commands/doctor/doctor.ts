import { defineCommand } from '../../command.js'
import { failureOf } from '../../failure.js'
import type { Output } from '../../output/output.js'
import { printable } from '../../output/text.js'
import { bugChecks, type Check, clockCheck, limitChecks, localChecks, serverChecks, userChecks } from './checks.js'

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Looks at server and sign-in, and names the server bugs that touch files.',
  details:
    'Also at proxy, clock, limits and what you may write. It changes nothing. The exit code is 0 unless the server cannot be used: then it is that of the error. Warnings do not change it.',
  examples: ['doctor', 'doctor --profile play --json'],
  arguments: [],
  options: {},
  async run(context) {
    const { out, signal, io } = context
    const checks: Check[] = []
    const tell = (found: readonly Check[]): void => {
      checks.push(...found)
      if (!out.json) for (const check of found) print(out, check)
    }
    try {
      const profile = await context.profile()
      tell(localChecks(profile, io.env))
      const client = await context.client()
      const info = await client.system.info({ signal })
      const started = performance.now()
      await client.system.ping({ signal })
      const latency = performance.now() - started
      // what the server says counts, not what the profile says
      const version = await client.with({ version: info.version }).system.version({ signal })
      tell(serverChecks(info, version, profile, latency))
      tell(userChecks(await client.system.me({ signal })))
      tell([await clockCheck(client, info, signal)])
      tell(limitChecks(profile))
      tell(bugChecks(version))
    } catch (error) {
      if (signal.aborted || !out.json) throw error
      const { code, message, hint, exitCode } = failureOf(error)
      out.print(JSON.stringify({ ok: false, checks, error: { code, message, hint, exitCode } }, undefined, 2))
      return exitCode
    }
    if (out.json) out.print(JSON.stringify({ ok: true, checks }, undefined, 2))
  },
})

function print(out: Output, { level, about, text, todo, ticket }: Check): void {
  const { paint } = out
  const mark = { good: paint.green('✓'), info: paint.dim('·'), warning: paint.yellow('!') }[level]
  out.print(`${mark} ${printable(`${about}: ${text}${ticket === undefined ? '' : ` (${ticket})`}`)}`)
  if (todo !== undefined) out.print(paint.dim(`    ${printable(todo)}`))
}
