import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import path from 'node:path'
import { createUid } from '@dhis2-files/client'
import { createEmulator } from '@dhis2-files/emulator'
import { expect, test } from 'vitest'
import { randomFrom, runAll } from './random.js'

const MOMENTS = 100
const SEED = Number(process.env['DHIS2_FILES_SEED'] ?? Date.now() % 1_000_000)
const CHILD = path.join(import.meta.dirname, 'upload-child.mjs')

/** Runs the child; kills it so many milliseconds after it has begun, if it is not done by then. Tells whether it was done. */
function upload(url: string, uid: string, size: number, killAfter: number | undefined): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, url, uid, String(size)], { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let errors = ''
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      if (killAfter !== undefined && out.startsWith('started')) setTimeout(() => child.kill('SIGKILL'), killAfter)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code !== 0 && signal !== 'SIGKILL') reject(new Error(`the child failed: ${errors}`))
      else resolve(out.includes('done'))
    })
  })
}

test(`killed at ${MOMENTS} random moments and called again, an upload is there exactly once (seed ${SEED})`, async () => {
  const random = randomFrom(SEED)
  const emulator = createEmulator({ version: '2.43', settings: { storageDelay: 10 } })
  const { url } = await emulator.serve()
  // slow enough for a kill to fall between any two steps
  emulator.inject({ kind: 'delay', ms: 25, route: '*' })
  const sizes = new Map<string, number>()
  let killed = 0
  try {
    const jobs = Array.from({ length: MOMENTS }, () => async () => {
      const uid = createUid()
      const size = 1 + Math.floor(random() * 300_000)
      sizes.set(uid, size)
      if (!(await upload(url, uid, size, random() * 300))) killed++
      expect(await upload(url, uid, size, undefined)).toBe(true)
    })
    await runAll(jobs, 3)
    expect(killed).toBeGreaterThan(MOMENTS / 4)
    const documents = [...emulator.state.documents.values()]
    expect(documents.map((d) => d.id).sort()).toEqual([...sizes.keys()].sort())
    const files = [...emulator.state.fileResources.values()].filter((f) => f.domain === 'DOCUMENT')
    expect(files.map((f) => f.id).sort()).toEqual(documents.map((d) => String(d['url'])).sort())
    for (const document of documents) {
      const size = sizes.get(document.id) ?? 0
      const bytes = new Uint8Array(size).map((_, i) => (i * 31 + size) % 251)
      const stored = await emulator.state.bytes(String(document['url']))
      expect(stored && createHash('md5').update(stored).digest('hex')).toBe(
        createHash('md5').update(bytes).digest('hex'),
      )
      expect((document['sharing'] as { public: string }).public).toBe('--------')
    }
  } finally {
    await emulator.close()
  }
}, 600_000)
