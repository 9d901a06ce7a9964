import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { withLock } from '../dist/lock.js'

const [lock, what, path, times] = process.argv.slice(2)

if (what === 'die') await withLock(lock, async () => process.kill(process.pid, 'SIGKILL'))

for (let i = 0; i < Number(times); i++) {
  await withLock(lock, async () => {
    const count = Number(readFileSync(path, 'utf8'))
    await setTimeout(0)
    writeFileSync(path, String(count + 1))
  })
}
