import { fileURLToPath } from 'node:url'
import { configDefaults } from 'vitest/config'
import base from '../../vitest.config.js'

/** The suite `keyring`: it needs a bus and a keyring, so it is no part of `npm test` where they are missing. */
const config: typeof base = {
  ...base,
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    ...base.test,
    include: ['test/keyring/**/*.test.ts'],
    exclude: configDefaults.exclude,
    testTimeout: 120_000,
  },
}

export default config
