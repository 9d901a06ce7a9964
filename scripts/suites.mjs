/**
 * Every suite, as data. `npm test` runs those that need nothing beyond npm; `.ci/run` runs all of them.
 *
 * - `command`: a program of node_modules/.bin, or a script of this folder (`*.mjs`), and its arguments.
 * - `counts`: how its tests are counted: `vitest` (its JSON report), `line` (the last `N passed, N failed` that it prints),
 *   `exit` (one, by the exit code).
 * - `needs`: Debian packages, by their name in `DEBIAN_PACKAGES`.
 * - `ciOnly`: why `npm test` leaves it out although nothing is missing.
 * - `minutes`: it is stopped, and has failed, after so long.
 */
export const SUITES = [
  {
    name: 'tests',
    about: 'unit, stories, conformance, faults, packed, topology',
    command: ['vitest', 'run'],
    counts: 'vitest',
    minutes: 30,
  },
  {
    name: 'networks',
    about: 'behind nginx with HTTPS, through tinyproxy',
    command: ['vitest', 'run', '--config', 'test/networks/vitest.config.ts'],
    counts: 'vitest',
    needs: ['nginx-light', 'tinyproxy', 'openssl'],
    minutes: 10,
  },
  {
    name: 'keyring',
    about: 'secrets of profiles in GNOME’s keyring: unlocked, locked, absent',
    command: ['vitest', 'run', '--config', 'test/keyring/vitest.config.ts'],
    counts: 'vitest',
    needs: ['dbus-daemon', 'gnome-keyring'],
    minutes: 5,
  },
  {
    name: 'cli',
    about: 'the built program against the emulator, in pipes and terminals',
    command: ['vitest', 'run', '--config', 'packages/cli/test/e2e/vitest.config.ts'],
    counts: 'vitest',
    needs: ['tmux', 'util-linux', 'mount'],
    minutes: 12,
  },
  {
    name: 'memory',
    about: 'gigabytes and a million rows in little memory',
    command: ['vitest', 'run', '--config', 'test/memory/vitest.config.ts'],
    counts: 'vitest',
    minutes: 20,
    ciOnly: 'node scripts/test.mjs memory',
  },
  {
    name: 'runtimes',
    about: 'Node 20, 22, 24, Bun, Deno, Chromium',
    command: ['runtimes.mjs'],
    counts: 'line',
    needs: ['chromium'],
    minutes: 6,
    ciOnly: 'node scripts/runtimes.mjs',
  },
  { name: 'examples', about: 'examples/, each checks itself', command: ['examples.mjs'], counts: 'line', minutes: 3 },
  { name: 'docs', about: 'code in README and docs/', command: ['doc-examples.mjs'], counts: 'line', minutes: 10 },
  {
    name: 'python',
    about: 'the emulator’s workflow, from Python',
    command: ['languages.mjs', 'python'],
    counts: 'line',
    needs: ['python3', 'curl'],
    minutes: 3,
  },
  {
    name: 'java',
    about: 'the emulator’s workflow, from Java',
    command: ['languages.mjs', 'java'],
    counts: 'line',
    needs: ['default-jdk-headless', 'curl'],
    minutes: 3,
  },
  {
    name: 'reference',
    about: 'typedoc: every export and member is documented',
    command: ['typedoc', '--emit', 'none'],
    counts: 'exit',
    minutes: 5,
    ciOnly: 'npm run docs',
  },
  {
    name: 'lint',
    about: 'oxlint',
    command: ['oxlint', '--type-aware', '--deny-warnings'],
    counts: 'exit',
    minutes: 5,
    ciOnly: 'npm run lint',
  },
  { name: 'format', about: 'biome', command: ['biome', 'check'], counts: 'exit', minutes: 2, ciOnly: 'npm run lint' },
  {
    name: 'types',
    about: 'tsc over sources, tests and examples',
    command: ['types.mjs'],
    counts: 'exit',
    minutes: 5,
    ciOnly: 'npm run typecheck',
  },
  {
    name: 'packages',
    about: 'publint and attw on the tarballs',
    command: ['check-packages.mjs'],
    counts: 'line',
    minutes: 5,
    ciOnly: 'npm run check:packages',
  },
  {
    name: 'size',
    about: 'what a browser loads first',
    command: ['check-size.mjs'],
    counts: 'exit',
    minutes: 2,
    ciOnly: 'npm run check:size',
  },
  {
    name: 'mutations',
    about: 'a rule switched off turns a test red',
    command: ['mutations.mjs'],
    counts: 'line',
    minutes: 15,
    ciOnly: 'npm run test:mutations',
  },
]

/** What suites need beside npm's packages: the Debian package, and a program of it that tells whether it is there. */
export const DEBIAN_PACKAGES = {
  chromium: { program: 'chromium' },
  curl: { program: 'curl' },
  'dbus-daemon': { program: 'dbus-run-session' },
  'default-jdk-headless': { program: 'javac' },
  'gnome-keyring': { program: 'gnome-keyring-daemon' },
  mount: { program: 'mount' },
  'nginx-light': { program: 'nginx' },
  openssl: { program: 'openssl' },
  python3: { program: 'python3' },
  tinyproxy: { program: 'tinyproxy' },
  tmux: { program: 'tmux' },
  'util-linux': { program: 'setpriv' },
}
