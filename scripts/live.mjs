/** `npm run test:live`: the client's stories on a real DHIS2, which they write to and clean up after. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fail, PrepareError, prepare, ROOT } from './prepare.mjs'

const { DHIS2_URL: url, DHIS2_TEST_ALLOW_WRITES: writes } = process.env
if (!url || writes !== '1') {
  fail(
    new PrepareError(
      'test:live writes to a real DHIS2: set DHIS2_URL, DHIS2_PAT (or DHIS2_USERNAME and DHIS2_PASSWORD) and DHIS2_TEST_ALLOW_WRITES=1.',
    ),
  )
}
await prepare({ build: false }).catch(fail)
const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
const { status } = spawnSync(process.execPath, [vitest, 'run', 'packages/client/test/stories'], {
  cwd: ROOT,
  stdio: 'inherit',
})
process.exitCode = status ?? 1
