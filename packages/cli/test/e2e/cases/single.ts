import { expect } from 'vitest'
import type { Cases } from './case.js'

export const SINGLE: Cases = {
  doctor: {
    given: () => [],
    json(value, { version }) {
      expect(value.ok).toBe(true)
      const about = value.checks.map((check: { about: string }) => check.about)
      expect(about).toEqual(expect.arrayContaining(['profile', 'proxy', 'server', 'user', 'clock', 'limits']))
      expect(value.checks.find((check: { about: string }) => check.about === 'server').text).toContain(
        `DHIS2 ${version}`,
      )
    },
    text: /^✓ profile: here \(.*\)\n✓ proxy: none\n✓ server: DHIS2 2\.4[\s\S]*user: operator is a superuser\n/,
    usage: [['surplus']],
  },
  completion: {
    local: 'it prints a text',
    given: () => ['bash'],
    json(value) {
      expect(value).toMatchObject({ shell: 'bash', script: expect.stringContaining('complete ') })
    },
    text: /complete .*dhis2-files/,
    usage: [[], ['tcsh']],
  },
}

/** Commands that run until they are ended, and the file that tests them. */
export const SERVERS: Readonly<Record<string, string>> = { emulator: 'servers.test.ts', mcp: 'servers.test.ts' }
