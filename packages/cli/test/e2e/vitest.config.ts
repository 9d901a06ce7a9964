import { fileURLToPath } from 'node:url'
import { configDefaults } from 'vitest/config'
import base from '../../../../vitest.config.js'

/** The suite `cli`: the built program against the emulator. It needs tmux, so it is no part of `npm test` where that is missing. */
const config: typeof base = {
  ...base,
  root: fileURLToPath(new URL('../../../..', import.meta.url)),
  test: {
    ...base.test,
    setupFiles: [],
    globalSetup: ['packages/cli/test/e2e/global-setup.ts'],
    include: ['packages/cli/test/e2e/**/*.test.ts'],
    exclude: configDefaults.exclude,
    // the processes that they wait for share the processors
    maxConcurrency: 3,
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
}

export default config
