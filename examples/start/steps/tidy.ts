import type { Step } from '../demo.js'

export const tidy: Step = {
  title: () => 'Take away what was made for this',
  async run({ client, screen, leftovers }) {
    const gone = await leftovers.removeMade(client)
    for (const name of gone) screen.note(`     ${name}`)
    screen.result(`${gone.length} things are gone`)
  },
}
