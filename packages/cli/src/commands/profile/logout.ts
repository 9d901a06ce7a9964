import { defineCommand } from '../../command.js'
import { callIt, chosen, NAME_ARGUMENT } from './named.js'

export const logout = defineCommand({
  name: 'logout',
  summary: 'Forgets the sign-in of a profile, and tells the server.',
  details:
    'The profile stays. Tokens and passwords of auth pat and basic are no sign-in: "profile remove" forgets them.',
  examples: ['profile logout play'],
  arguments: [NAME_ARGUMENT],
  options: {},
  async run(context, { name }) {
    const { out, signal } = context
    const { logout: forget } = await import('@dhis2-files/profiles')
    const profile = await chosen(context, name)
    const ended = await forget(await context.profiles(), profile, { signal })
    const { forgotten, endedOnServer, leftBehind, serverProblem } = ended
    const told = {
      status: forgotten ? 'signed-out' : 'absent',
      name: profile.name,
      ended_on_server: endedOnServer,
      left_behind: leftBehind,
      server_problem: serverProblem,
    }
    out.result(told, () =>
      forgotten ? `signed out ${callIt(profile)} of ${profile.baseUrl}` : `${callIt(profile)} was not signed in`,
    )
    if (leftBehind !== undefined) out.warn(leftBehind)
    if (forgotten && !endedOnServer) {
      out.warn(serverProblem ?? 'The server was not told: there the sign-in lasts until it expires.')
    }
  },
})
