import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { ROOT } from '../source-graph.js'

test('docs/cli.md is what the commands say', { timeout: 180_000 }, async () => {
  const script = join(ROOT, 'scripts', 'cli-docs.mjs')
  await expect(promisify(execFile)(process.execPath, [script, '--check'])).resolves.toBeDefined()
})
