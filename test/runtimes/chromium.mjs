/**
 * Chromium: the suite in a page of one origin, the emulator on another, and what only a page can do wrong: cookies, the
 * session of the page, CSRF. Playwright drives the browser that Debian has.
 */
import { readFileSync } from 'node:fs'
import { createServer, request as forward } from 'node:http'
import { dirname, extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { listening, startWorld } from './world.mjs'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PROGRAM = '/usr/bin/chromium'
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const TYPES = { '.html': 'text/html', '.mjs': 'text/javascript', '.js': 'text/javascript', '.map': 'application/json' }

const client = JSON.parse(readFileSync(join(ROOT, 'packages/client/package.json'), 'utf8'))
/** Where a browser finds the modules: the default of the exports map, as a bundler for pages takes it. */
const IMPORTS = {
  '@dhis2-files/client': `/${join('packages/client', client.exports['.'].default)}`,
  'hash-wasm': '/node_modules/hash-wasm/dist/index.esm.js',
}
const PAGE = `<!doctype html><meta charset="utf-8"><title>runtimes</title>
<script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>`

/** Runs `work` with a browser, and ends that. */
export async function withBrowser(work) {
  const { chromium } = await import('playwright-core')
  const browser = await chromium.launch({ executablePath: PROGRAM, args: FLAGS, timeout: 120_000 })
  return work(browser).finally(() => browser.close())
}

/** @returns {Promise<{ version: string, passed: number, failed: number }>} */
export async function runChromium(browser) {
  const pages = await listening(createServer(serve))
  const origin = `http://127.0.0.1:${pages.address().port}`
  const servers = [pages]
  const worlds = []
  try {
    const counts = []
    for (const [name, settings, own] of [
      ['CASES', { corsAllowList: [origin] }, false],
      ['OTHER_ORIGIN_CASES', { corsAllowList: [origin] }, false],
      ['SESSION_CASES', { corsAllowList: [origin], csrf: true }, false],
      ['SESSION_CASES', { csrf: true }, true],
    ]) {
      const world = await startWorld(settings)
      worlds.push(world)
      const context = await browser.newContext()
      const page = await context.newPage()
      page.setDefaultTimeout(0)
      const front = own ? await listening(createServer(serveBoth(world.addresses.url))) : undefined
      if (front) servers.push(front)
      const home = front ? `http://127.0.0.1:${front.address().port}` : origin
      await page.exposeFunction('report', (line) => console.log(line))
      await page.goto(`${home}/page`, { timeout: 120_000 })
      const label = own ? 'Chromium, own origin' : 'Chromium'
      const runtime = { name: label, entry: 'index', progress: 'wire' }
      const given = { world: { ...world.addresses, ...(own && { url: home }), runtime }, cases: name }
      counts.push(
        await page.evaluate(async ({ world: where, cases }) => {
          const [suite, session] = await Promise.all(
            ['/test/runtimes/suite.mjs', '/test/runtimes/session.mjs'].map((path) => import(path)),
          )
          return suite.runSuite(where, globalThis.report, { ...suite, ...session }[cases])
        }, given),
      )
      await context.close()
    }
    return {
      version: `Chromium (${browser.version()})`,
      passed: counts.reduce((sum, one) => sum + one.passed, 0),
      failed: counts.reduce((sum, one) => sum + one.failed, 0),
    }
  } finally {
    for (const world of worlds) await world.close()
    for (const server of servers) {
      server.close()
      server.closeAllConnections()
    }
  }
}

/** The page and the server on one origin, as an app of DHIS2 is. */
function serveBoth(target) {
  return (request, response) => {
    if (/^\/(page|packages\/|node_modules\/|test\/)/.test(request.url)) return serve(request, response)
    const { method, headers, url } = request
    const onward = forward(new URL(url, target), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  }
}

/** The files that a page needs, and nothing else. */
function serve(request, response) {
  const { pathname } = new URL(request.url, 'http://page')
  const headers = { 'cache-control': 'no-store', 'content-type': TYPES[extname(pathname)] ?? 'text/html' }
  if (pathname === '/page') return response.writeHead(200, headers).end(PAGE)
  const path = normalize(pathname).slice(1)
  const folders = ['packages/client/dist', dirname(IMPORTS['hash-wasm']).slice(1), 'test/runtimes']
  try {
    if (!folders.some((folder) => path.startsWith(`${folder}/`))) throw new Error('not for pages')
    response.writeHead(200, headers).end(readFileSync(join(ROOT, path)))
  } catch {
    response.writeHead(404, headers).end()
  }
}
