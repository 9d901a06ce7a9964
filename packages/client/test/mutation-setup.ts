/**
 * Takes one row out of one of the tables that decide what the client does, so that a test can show that the row matters.
 * `DHIS2_FILES_MUTATION` is `<table>:<row id>`; without it nothing happens. Run by `scripts/mutations.mjs`.
 */
const TABLES: Readonly<Record<string, () => Promise<{ readonly id: string }[]>>> = {
  retry: async () => (await import('../src/http/retry.js')).RETRY_RULES,
  classification: async () => (await import('../src/http/classification.js')).CLASSIFICATION,
  echoes: async () => (await import('../src/files/echoes.js')).ECHOES,
  preflight: async () => (await import('../src/files/preflight.js')).PREFLIGHT_RULES,
}

const mutation = process.env['DHIS2_FILES_MUTATION']
if (mutation !== undefined) {
  const [table = '', id = ''] = mutation.split(':')
  const rows = await TABLES[table]?.()
  const at = rows?.findIndex((row) => row.id === id) ?? -1
  if (at === -1) throw new Error(`There is no row ${mutation}.`)
  rows?.splice(at, 1)
}
