/** examples/browser-page, as a person uses it: signs in, uploads, cancels, downloads, and reads what went wrong. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { servePage } from '../../examples/dist/browser-page/serve.js'
import { equal, noise, ok } from './suite.mjs'

/** The cases, in order: each goes on where the one before has stopped. */
const CASES = {
  async 'says what is wrong with a wrong password'({ page }) {
    await page.fill('[name=username]', 'admin')
    await page.fill('[name=password]', 'secret-guess')
    await page.click('#sign-in button')
    const text = await page.locator('#error:not([hidden])').innerText()
    ok(/401/.test(text) && !text.includes('secret-guess'), text)
  },

  async 'signs in, and shows that there is nothing'({ page, world }) {
    await page.fill('[name=password]', 'district')
    await page.click('#sign-in button')
    await page.waitForSelector('#none:not([hidden])')
    equal(await page.locator('#who').innerText(), `admin on ${new URL(world.server).host}`)
    equal(await page.locator('#error').isVisible(), false)
  },

  async 'uploads a file, shows how far it is, and lists it'({ page, world, folder }) {
    const file = join(folder, 'Résumé <b>.dat')
    writeFileSync(file, noise(3_000_000))
    await page.evaluate(() => {
      globalThis.seen = []
      const bar = document.querySelector('#progress')
      new MutationObserver(() => globalThis.seen.push(bar.value)).observe(bar, { attributeFilter: ['value'] })
    })
    await page.setInputFiles('[name=file]', file)
    await page.click('#upload button')
    await page.waitForSelector('#documents tr')
    const seen = await page.evaluate(() => globalThis.seen)
    ok(seen.at(-1) === 1, `the bar ends full: ${seen}`)
    equal(await page.locator('#documents td').first().innerText(), 'Résumé <b>.dat')
    equal(await page.locator('#state').innerText(), '“Résumé <b>.dat” is stored.')
    const [document] = world.emulator.state.documents.values()
    equal(world.emulator.state.fileResources.get(document.url).contentLength, 3_000_000)
  },

  async 'downloads it under its own name, byte for byte'({ page, folder }) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#documents button')])
    equal(download.suggestedFilename().normalize('NFC').slice(0, 6), 'Résumé')
    ok(readFileSync(await download.path()).equals(readFileSync(join(folder, 'Résumé <b>.dat'))), 'the same bytes')
  },

  async 'stops an upload that is cancelled'({ page, world, folder }) {
    const before = world.emulator.state.documents.size
    world.emulator.inject({ kind: 'stall', direction: 'up', route: 'POST /api/fileResources', count: 1 })
    await page.setInputFiles('[name=file]', join(folder, 'Résumé <b>.dat'))
    await page.click('#upload button')
    await page.click('#cancel')
    await page.getByText('Cancelled.').waitFor()
    equal(world.emulator.state.documents.size, before)
  },

  async 'says why a file is not taken'({ page, folder }) {
    const file = join(folder, 'program.exe')
    writeFileSync(file, 'MZ')
    await page.setInputFiles('[name=file]', file)
    await page.click('#upload button')
    const text = await page.locator('#error:not([hidden])').innerText()
    ok(text.includes('program.exe') && text.includes('exe'), text)
  },
}

/** @returns {Promise<{ version: string, passed: number, failed: number }>} */
export async function runBrowserPage(browser) {
  const folder = mkdtempSync(join(tmpdir(), 'dhis2-files-page-'))
  const world = await servePage()
  const page = await (await browser.newContext({ viewport: { width: 900, height: 760 } })).newPage()
  page.setDefaultTimeout(30_000)
  let [passed, failed] = [0, 0]
  try {
    const errors = []
    page.on('pageerror', (error) => errors.push(error.message))
    await page.goto(world.url)
    for (const [title, run] of Object.entries(CASES)) {
      try {
        await run({ page, world, folder })
        passed++
        console.log(`  ✓ browser page ${title}`)
      } catch (error) {
        failed++
        console.log(`  ✗ browser page ${title}\n${error?.stack ?? error}`)
      }
    }
    equal(errors, [])
  } finally {
    await page.context().close()
    await world.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { version: 'examples/browser-page', passed, failed }
}
