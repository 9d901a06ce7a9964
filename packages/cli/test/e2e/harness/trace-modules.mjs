/* Loaded with --import before the program: writes the address of every module that is loaded to MODULES_FILE, a line each. */
import { appendFileSync } from 'node:fs'
import { createRequire, register } from 'node:module'

const file = process.env.MODULES_FILE
const hook = `
  import { appendFileSync } from 'node:fs'
  export async function load(url, context, next) {
    appendFileSync(${JSON.stringify(file)}, url + '\\n')
    return next(url, context)
  }`
register(`data:text/javascript,${encodeURIComponent(hook)}`)
// what CommonJS modules load among themselves does not pass the hook
process.on('exit', () => appendFileSync(file, Object.keys(createRequire(import.meta.url).cache).join('\n')))
