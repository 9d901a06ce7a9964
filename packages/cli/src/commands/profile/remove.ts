import { defineCommand } from '../../command.js'
import { chosen, SCOPE_OPTIONS, scopeOf } from './named.js'
import { profileJson } from './told.js'

export const remove = defineCommand({
  name: 'remove',
  aliases: ['rm', 'delete'],
  summary: 'Removes a profile with its settings and secrets.',
  examples: ['profile remove play --yes'],
  writes: true,
  deletes: true,
  arguments: [{ name: 'name', about: 'Name of the profile.', complete: 'profile' }],
  options: SCOPE_OPTIONS,
  async run(context, { name, ...input }) {
    const { out, dryRun } = context
    const profile = await chosen(context, name, scopeOf(input))
    const { path } = profile.source
    await context.confirm(`Remove the profile ${name} (${profile.baseUrl}) and its secrets from ${path}?`)
    if (dryRun) {
      out.result({ status: 'planned', dryRun, ...profileJson(profile) }, () => `would remove ${name} from ${path}`)
      return
    }
    const removed = await (await context.profiles()).remove(profile)
    out.result(
      { status: 'removed', ...profileJson(removed.profile), was_default: removed.wasDefault },
      () => `removed ${name} from ${removed.path}`,
    )
    if (removed.wasDefault) out.note('It was the default: profile default NAME chooses another one.')
  },
})
