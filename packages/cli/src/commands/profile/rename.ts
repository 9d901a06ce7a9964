import { defineCommand } from '../../command.js'
import { chosen, SCOPE_OPTIONS, scopeOf } from './named.js'
import { profileJson, tellFallback, tellSaved } from './told.js'
import { verifyAndTell } from './verify.js'

export const rename = defineCommand({
  name: 'rename',
  summary: 'Gives a profile another name; settings, secrets and the default follow.',
  examples: ['profile rename play playground'],
  writes: true,
  arguments: [
    { name: 'name', about: 'Name of the profile.', complete: 'profile' },
    { name: 'to', about: 'The new name.' },
  ],
  options: { ...SCOPE_OPTIONS, verify: { kind: 'flag', about: 'Try it afterwards.' } },
  async run(context, { name, to, verify, ...input }) {
    const { out, dryRun } = context
    const profile = await chosen(context, name, scopeOf(input))
    if (dryRun) {
      out.result({ status: 'planned', dryRun, ...profileJson(profile), to }, () => `would rename ${name} to ${to}`)
      return
    }
    const saved = await (await context.profiles()).rename(profile, to)
    if (!verify || !out.json) tellSaved(out, saved, 'renamed', `${name} to `)
    else tellFallback(out, saved)
    if (verify) return verifyAndTell(context, [saved.profile], { more: { status: 'renamed' } })
  },
})
