/** `npm start`: makes the clone ready, then runs examples/start in this process. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fail, prepare, ROOT } from './prepare.mjs'

await prepare().catch(fail)
await import(pathToFileURL(join(ROOT, 'examples', 'dist', 'start', 'main.js')).href)
