import { fileURLToPath } from 'node:url'
import { configDefaults } from 'vitest/config'
import base from '../../vitest.config.js'

/** The suite `memory`: it moves gigabytes, and what is built is measured. */
const config: typeof base = {
  ...base,
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: { ...base.test, include: ['test/memory/**/*.test.ts'], exclude: configDefaults.exclude },
}

export default config
