/**
 * The page and a DHIS2 for it, each on an origin of its own: an emulator that has the page's origin on its CORS list.
 * `node examples/dist/browser-page/serve.js` prints where to look.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname } from 'node:path'
import { argv } from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createEmulator, type Emulator } from '@dhis2-files/emulator'
import { rolldown } from 'rolldown'

const TYPES: Record<string, string> = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' }

/** A page that is served, and the server that it may use. */
export interface BrowserPage {
  /** Of the page, with the server's address filled in. */
  readonly url: string
  /** The server's. */
  readonly server: string
  readonly emulator: Emulator
  close(): Promise<void>
}

export async function servePage(): Promise<BrowserPage> {
  const files = new Map<string, string>([
    ['/', source('index.html')],
    ['/page.css', source('page.css')],
    ...(await bundled(fileURLToPath(new URL('page.js', import.meta.url)))),
  ])
  const pages = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page')
    const content = files.get(pathname)
    const type = TYPES[extname(pathname)] ?? 'text/html'
    response.writeHead(content === undefined ? 404 : 200, { 'content-type': `${type}; charset=utf-8` }).end(content)
  })
  pages.listen(0, '127.0.0.1')
  await once(pages, 'listening')
  const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`
  const emulator = createEmulator({ version: '2.43', settings: { corsAllowList: [origin] } })
  const { url } = await emulator.serve()
  return {
    url: `${origin}/?server=${encodeURIComponent(url)}`,
    server: url,
    emulator,
    async close() {
      pages.close()
      pages.closeAllConnections()
      await emulator.close()
    },
  }
}

/** Of this folder; the compiled program lies beside it in `dist`. */
function source(name: string): string {
  return readFileSync(new URL(`../../browser-page/${name}`, import.meta.url), 'utf8')
}

/** The module and what it imports, as a bundler for pages makes it: what is imported later is a file of its own. */
async function bundled(input: string): Promise<[string, string][]> {
  const bundle = await rolldown({ input, platform: 'browser' })
  const { output } = await bundle.generate({ format: 'esm', minify: true })
  await bundle.close()
  return output.flatMap((file) => (file.type === 'chunk' ? [[`/${file.fileName}`, file.code]] : []))
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  const { url } = await servePage()
  console.log(`${url}\nUser admin, password district. Ctrl-C ends both.`)
}
