/**
 * The place that the `dhis2-files …` lines of the docs and of every command's help are run in: a folder with the files that they
 * name, a server that has the objects, and a profile `play`. Uids that only the server can choose are put in.
 */
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { makeDocObjects } from './doc-objects.mjs'
import { ROOT } from './prepare.mjs'

/** The files that lines name, and what they are. */
const FILES = {
  'report.pdf': 'report.pdf',
  'report-revised.pdf': 'report-revised.pdf',
  'signed.pdf': 'report.pdf',
  'reports/2026/march.pdf': 'report.pdf',
  'reports/2026/april.pdf': 'report-revised.pdf',
  'photo.jpg': 'photo.jpg',
  'me.jpg': 'photo.jpg',
}

/** @returns {Promise<{ folder: string, env: object, fill: (line: string) => string, dispose: () => void }>} */
export async function cliWorld({ url, token }) {
  const folder = mkdtempSync(join(tmpdir(), 'dhis2-files-docs-'))
  for (const [name, from] of Object.entries(FILES)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    copyFileSync(join(ROOT, 'examples', 'files', from), join(folder, name))
  }
  for (const name of ['attachments', 'icons']) mkdirSync(join(folder, name))
  cpSync(join(ROOT, 'test', 'conformance', 'fixtures', 'icon.png'), join(folder, 'hut.png'))
  const config = join(folder, 'config', 'dhis2')
  mkdirSync(config, { recursive: true })
  writeFileSync(
    join(config, 'profiles.toml'),
    `default = "play"\n\n[profiles.play]\nbase_url = "${url}"\nauth = "pat"\ntoken = "${token}"\n`,
    { mode: 0o600 },
  )
  await makeDocObjects(url)
  const words = await makeFiles(url, token)
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const program = `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'packages', 'cli', 'dist', 'bin.js')}" "$@"\n`
  writeFileSync(join(bin, 'dhis2-files'), program, { mode: 0o755 })
  const { DHIS2_PROFILE: _, ...rest } = process.env
  return {
    folder,
    env: {
      ...rest,
      PATH: `${bin}:${process.env.PATH}`,
      HOME: folder,
      XDG_CONFIG_HOME: join(folder, 'config'),
      XDG_STATE_HOME: join(folder, 'state'),
      DHIS2_URL: url,
      DHIS2_PAT: token,
    },
    fill: (line) => Object.entries(words).reduce((text, [from, to]) => text.replaceAll(from, to), line),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Makes the objects that have files. @returns What stands in the docs for uids that the server chooses. */
async function makeFiles(baseUrl, token) {
  const { Dhis2Client, fileSource } = await import(
    pathToFileURL(join(ROOT, 'packages', 'client', 'dist', 'node.js')).href
  )
  const client = new Dhis2Client({ baseUrl, auth: { token } })
  const file = (name) => fileSource(join(ROOT, 'examples', 'files', name))
  const { files } = client
  try {
    await files.uploadFileResource(await file('report.pdf'), { uid: 'f2345678901', domain: 'DOCUMENT' })
    await files.uploadDocument(await file('report.pdf'), {
      name: 'Malaria report',
      uid: 'a2345678901',
      fileResource: 'f2345678901',
    })
    await files.createExternalDocument({ name: 'Malaria', url: 'https://www.who.int', uid: 'b2345678901' })
    await files.icons.create(await fileSource(join(ROOT, 'test', 'conformance', 'fixtures', 'icon.png')), {
      key: 'clinic',
    })
    await files.avatars.set(await file('photo.jpg'))
    await files.orgUnitImages.set('DiszpKrYNg8', await file('photo.jpg'))
    const { id: me } = await client.system.me()
    const { conversation, attachments } = await files.messages.send({
      subject: 'Stock',
      text: 'See the report.',
      users: [me],
      attachments: [await file('report.pdf')],
    })
    return { c2345678901: conversation, m2345678901: attachments[0].id, u2345678901: me }
  } finally {
    await client.close()
  }
}
