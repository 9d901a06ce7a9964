/** Node, Bun and Deno: `runner.mjs '<world as JSON>'`. */
import process from 'node:process'
import { runSuite } from './suite.mjs'

const { passed, failed } = await runSuite(JSON.parse(process.argv[2] ?? ''), (line) => console.log(line))
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
// without waiting for connections that are still open
process.exit()
