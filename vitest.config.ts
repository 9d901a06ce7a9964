import { configDefaults, defineConfig } from 'vitest/config'

const conditions = ['@dhis2-files/source', 'node', 'import', 'module', 'default']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    setupFiles: ['packages/client/test/mutation-setup.ts'],
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    // suites of their own: they need programs that npm does not install, or move gigabytes for two minutes
    exclude: [
      ...configDefaults.exclude,
      'test/networks/**',
      'test/keyring/**',
      'packages/cli/test/e2e/**',
      'test/memory/**',
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
