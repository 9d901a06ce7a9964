#!/usr/bin/env node
import { readFileSync } from 'node:fs'

// asked for by scripts and installers: answered before anything else is loaded
const [first, ...more] = process.argv.slice(2)
if (more.length === 0 && (first === '--version' || first === '-V')) {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  process.stdout.write(`${version}\n`)
} else {
  const { main } = await import('./main.js')
  process.exitCode = await main(process.argv.slice(2))
}
