import type { Step } from '../demo.js'

export const signIn: Step = {
  title: () => 'Sign in',
  async run({ client, screen, signal }) {
    const { text } = await client.system.version({ signal })
    const { username } = await client.system.me({ signal })
    screen.result(`DHIS2 ${text}, as ${username}`)
  },
}
