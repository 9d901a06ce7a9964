import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { ROOT } from '../source-graph.js'

test('docs/errors.md is what the client’s tables say', { timeout: 180_000 }, async () => {
  const script = join(ROOT, 'scripts', 'error-docs.mjs')
  await expect(promisify(execFile)(process.execPath, [script, '--check'])).resolves.toBeDefined()
})
