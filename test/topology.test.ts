import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as client from '@dhis2-files/client'
import * as emulator from '@dhis2-files/emulator'
import * as mcp from '@dhis2-files/mcp'
import * as profiles from '@dhis2-files/profiles'
import { describe, expect, test } from 'vitest'
import { exportsOf, type Import, importsOf, ROOT } from './source-graph.js'

/*
 * Pins of the shape of the packages, as literals. A red one makes a change deliberate: when it is meant, change the pin in
 * the same commit, and say why.
 */

/** Who may import whom inside the client: folders and files of `src`. Higher ones first; nobody imports upward. */
const CLIENT_LAYERS: Record<string, string> = {
  'index.ts': 'client.ts exports.ts web-platform.ts',
  'node.ts': 'client.ts exports.ts node',
  'exports.ts': 'bytes errors.ts files',
  'client.ts': 'base-url.ts errors.ts files http system.ts versions.ts',
  'web-platform.ts': 'errors.ts http',
  node: 'bytes errors.ts http signals.ts',
  'system.ts': 'errors.ts http models signals.ts versions.ts',
  files: 'bytes errors.ts http known-bugs.ts models signals.ts',
  http: 'bytes errors.ts models signals.ts',
  bytes: 'errors.ts signals.ts',
  'known-bugs.ts': '',
  'versions.ts': 'errors.ts',
  models: 'errors.ts',
  'base-url.ts': '',
  'platform.ts': '',
  'errors.ts': '',
  'signals.ts': '',
}

/** The same for imports of types alone, where they are more. They order nothing at run time. */
const CLIENT_TYPES: Record<string, string> = {
  'index.ts': 'bytes',
  'exports.ts': 'client.ts http models platform.ts system.ts versions.ts',
  'client.ts': 'platform.ts',
  'web-platform.ts': 'platform.ts',
  node: 'platform.ts',
  files: 'platform.ts versions.ts',
  http: 'platform.ts',
  bytes: 'platform.ts versions.ts',
  'known-bugs.ts': 'versions.ts',
  'platform.ts': 'bytes http',
  'errors.ts': 'models',
}

/** Modules of `files/` that every surface may use. All others belong to one surface. */
const SHARED = new Set(
  'by-uid context download echoes external-link list preflight provide-file storage total uid upload value-types'.split(
    ' ',
  ),
)

/** Which surface a module of `files/` belongs to: the one whose pattern its name begins with. */
const SURFACES = [
  /^document/,
  /^file-resources/,
  /^data-value/,
  /^tracker/,
  /^(messages|conversations)/,
  /^icons/,
  /^(avatars|org-unit-images|images)/,
]

/** Packages and builtins that the sources import. */
const CLIENT_PACKAGES = { neutral: ['hash-wasm'], node: ['undici'] }
const EMULATOR_PACKAGES = ['@hono/node-server', '@hono/node-server/utils/response', 'hono/router/trie-router', 'sharp']

const MCP_PACKAGES = [
  '@dhis2-files/client',
  '@dhis2-files/profiles',
  '@modelcontextprotocol/node',
  '@modelcontextprotocol/server',
  '@modelcontextprotocol/server/stdio',
  'zod',
]
const PROFILES_PACKAGES = ['@dhis2-files/client', '@napi-rs/keyring', 'oauth4webapi', 'smol-toml']

/** Who may import whom inside the command line. */
const CLI_LAYERS: Record<string, string> = {
  'bin.ts': 'main.ts',
  'main.ts':
    'commands completion context.ts exit-codes.ts failure.ts going-on.ts interrupts.ts io.ts output program.ts',
  commands:
    'batch command.ts completion failure.ts interrupts.ts open-browser.ts output planned.ts prompts.ts read-stdin.ts',
  completion: 'command.ts commands global-options.ts',
  batch: 'exit-codes.ts failure.ts file-failure.ts interrupts.ts output',
  'going-on.ts': 'command.ts global-options.ts share-words.ts',
  'program.ts': 'command.ts failure.ts global-options.ts',
  'context.ts': 'failure.ts middleware.ts output planned.ts prompts.ts',
  'prompts.ts': 'failure.ts',
  'file-failure.ts': 'failure.ts',
  'failure.ts': 'exit-codes.ts interrupts.ts said.ts',
  'said.ts': 'output share-words.ts',
}

/** What the command line loads when a command needs it, and not before. */
const CLI_LATER = ['@clack/prompts', '@dhis2-files/emulator', '@dhis2-files/mcp', 'tinyglobby']

const CLIENT_EXPORTS = `
  Access AccessTokenProvider AttachOptions AttachToTrackedEntityOptions AttachedFile Auth AvatarFiles
  AvatarOptions ByteSource ClientRequestInit Clock CreateIconOptions DataValueFile DataValueFiles
  DataValueKey DataValueQuery Dhis2Client Dhis2ClientOptions Dhis2Error Dhis2ErrorCode Dhis2ErrorOptions
  Document DownloadAttributeOptions DownloadDocumentOptions DownloadFileResourceOptions
  DownloadImageOptions DownloadTrackerOptions ErrorReport EventFile EventQuery ExternalDocumentChanges
  ExternalDocumentOptions ExternalLink FileChoice FileDownload FileResource FileResourceDomain
  FileResourceOwner FileResourceStorageStatus FileValueType FilesAccessor Icon IconChanges IconFiles
  IconQuery Identifiable ImageFileDimension ListQuery ListedDataValue Logger Me MessageAttachment
  MessageFiles MessageReply MessageText Method Middleware NewMessage NotModified OrgUnitImageFiles
  OrgUnitMode Page Paged Pager Progress QueryValue ReadOptions RenamedDocument ReplaceDocumentOptions
  ReplacedDocument RequestBody RequestOptions RetryOptions SaveOptions SavedFile SendOptions SentMessage
  SerializedError ServerVersion Sharing SharingAccess SystemAccessor SystemInfo TimeoutClock Timeouts
  TrackedEntityFile TrackedEntityQuery TrackerFile TrackerFiles TrackerQuery Transport TransportRequest
  UploadDocumentOptions UploadFileResourceOptions UploadOptions Uploadable UploadedDataValue
  UploadedDocument UserRef VersionTraits WaitOptions WebMessage WithFile bytesSource createUid fileSource
  isDhis2Error isUid safeFileName
`

const EMULATOR_EXPORTS = `
  BlobReader Collection Dhis2Version Emulator EmulatorOptions EmulatorSettings EmulatorState Fault
  FaultKind FaultRule FileResource InjectedFault OAuth2Client OAuth2Settings RecordedRequest Row
  RunningServer SeedUser ServeOptions SignIn User createEmulator
`

const MCP_EXPORTS = `
  CountFlag FilesMcp HttpOptions ListFlag MCP_FLAGS McpFlag McpFlagValues McpOptions McpUsageError RunOptions
  RunningHttp RunningStdio StdioOptions SwitchFlag TextFlag createMcpServer describeMcpFlags flagName
  parseMcpFlags runMcp serveHttp serveStdio
`

const PROFILES_EXPORTS = `
  AddProfileOptions ChangedDefault DefaultNames Environment EnvironmentVariable KeepOptions Keyring
  ListedProfile LoggedOut NewProfile OAuth2SignInOptions PasswordSignInOptions Profile ProfileAuth
  ProfileChanges ProfileCheck ProfileError ProfileErrorCode ProfileErrorOptions ProfileScope
  ProfileSettings ProfileSource ProfileStore ProfileStoreOptions ProfileVersion RedirectOptions
  RemovedProfile SavedProfile Secret SecretName SecretPlace SecretValues Secrets SerializedProfileError
  Shell ShownProfile ShownSecret SignInOptions SignedIn checkProfileName environmentOf isProfileError
  logout openClient profileFromEnvironment shellLine signInWithOAuth2 signInWithPassword verifyProfile
`

const ERROR_CODES =
  'unauthenticated forbidden not-found conflict already-exists not-yet-stored lost-content rejected-file too-large rate-limited server network timeout integrity not-replayable unsupported protocol'

const PROFILE_ERROR_CODES =
  'no-profile unknown-profile invalid-name invalid-profile already-exists invalid-file cannot-edit changed-meanwhile busy file-failed keyring-failed no-secret sign-in-needed sign-in-failed unsupported'

const layerOf = (file: string): string => (file.includes('/') ? file.slice(0, file.indexOf('/')) : file)
const atRuntime = (i: Import): boolean => !i.typeOnly
const isNodeOnly = (file: string): boolean => file === 'node.ts' || file.startsWith('node/')

describe('the client', () => {
  const imports = importsOf('client')
  const ours = imports.filter((i) => i.ours)

  test('imports downward: client, files, http, bytes, errors', () => {
    expect(arrows(ours.filter(atRuntime))).toEqual(known(CLIENT_LAYERS))
  })

  test('imports types from where the pins say', () => {
    const runtime = arrows(ours.filter(atRuntime))
    const types = arrows(ours.filter((i) => i.typeOnly))
    const more = Object.entries(types).map(
      ([from, to]) => [from, to.filter((t) => !runtime[from]?.includes(t))] as const,
    )
    expect(Object.fromEntries(more.filter(([, to]) => to.length > 0))).toEqual(known(CLIENT_TYPES))
  })

  test('has surfaces that import only themselves and what is shared', () => {
    const inFiles = ours.filter((i) => i.from.startsWith('files/') && i.to.startsWith('files/'))
    const wrong = inFiles.filter(({ from, to }) => {
      const [a, b] = [moduleOf(from), moduleOf(to)]
      if (a === 'accessor' || SHARED.has(b)) return false
      return SHARED.has(a) ? !isPartOfShared(b) : surfaceOf(a) !== surfaceOf(b)
    })
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })

  test('asks Node only in node.ts and node/', () => {
    const neutral = imports.filter((i) => !i.ours && !isNodeOnly(i.from))
    expect(sorted(neutral.map((i) => i.to))).toEqual(CLIENT_PACKAGES.neutral)
    const inNode = imports.filter((i) => !i.ours && isNodeOnly(i.from) && !i.to.startsWith('node:'))
    expect(sorted(inNode.map((i) => i.to))).toEqual(CLIENT_PACKAGES.node)
  })

  test('reaches no builtin of Node from the default entry', () => {
    const seen = new Set<string>()
    const visit = (file: string): void => {
      if (seen.has(file)) return
      seen.add(file)
      for (const { to } of imports.filter((i) => i.from === file && atRuntime(i))) visit(to)
    }
    visit('index.ts')
    expect([...seen].filter((file) => file.startsWith('node:') || isNodeOnly(file) || file === 'undici')).toEqual([])
    expect(seen.size).toBeGreaterThan(30)
  })

  test('loads the MD5 of browsers when it is first used', () => {
    expect(imports.filter((i) => i.to === 'hash-wasm').map((i) => i.dynamic)).toEqual([true])
  })

  test('exports this, from both entries', () => {
    const names = sorted(words(CLIENT_EXPORTS))
    expect(exportsOf('client', 'index.ts')).toEqual(names)
    expect(exportsOf('client', 'node.ts')).toEqual(names)
    expect(Object.keys(client).filter((name) => !names.includes(name))).toEqual([])
  })

  test('knows these error codes', () => {
    const text = readFileSync(join(ROOT, 'packages/client/src/errors.ts'), 'utf8')
    const union = /export type Dhis2ErrorCode =([^;]*?)\n\n/.exec(text)?.[1] ?? ''
    expect([...union.matchAll(/'([\w-]+)'/g)].map((match) => match[1]).join(' ')).toBe(ERROR_CODES)
  })
})

describe('the emulator', () => {
  const imports = importsOf('emulator')

  test('imports nothing of ours, and these packages', () => {
    const packages = imports.filter((i) => !i.ours && !i.to.startsWith('node:')).map((i) => i.to)
    expect(sorted(packages)).toEqual(EMULATOR_PACKAGES)
  })

  test('can do without sharp', () => {
    expect(imports.filter((i) => i.to === 'sharp' && atRuntime(i)).every((i) => i.dynamic)).toBe(true)
  })

  test('exports this', () => {
    const names = sorted(words(EMULATOR_EXPORTS))
    expect(exportsOf('emulator', 'index.ts')).toEqual(names)
    expect(Object.keys(emulator).filter((name) => !names.includes(name))).toEqual([])
  })
})

describe('the profiles', () => {
  const imports = importsOf('profiles')

  test('imports these packages, and of ours the client', () => {
    const packages = imports.filter((i) => !i.ours && !i.to.startsWith('node:')).map((i) => i.to)
    expect(sorted(packages)).toEqual(PROFILES_PACKAGES)
  })

  test('loads the client, the keyring and the library for OAuth2 when they are used: most commands need none', () => {
    const late = imports.filter((i) => !i.ours && atRuntime(i) && !i.to.startsWith('node:') && i.to !== 'smol-toml')
    expect(late.filter((i) => !i.dynamic)).toEqual([])
    expect(sorted(late.map((i) => i.to))).toEqual(PROFILES_PACKAGES.filter((name) => name !== 'smol-toml'))
  })

  test('edits TOML without knowing what it is for', () => {
    const inToml = imports.filter((i) => i.from.startsWith('toml/') && !i.to.startsWith('toml/'))
    expect(sorted(inToml.map((i) => i.to))).toEqual(['smol-toml'])
  })

  test('has no modules that import each other in a circle', () => {
    expect(inCircles(imports)).toEqual([])
  })

  test('exports this', () => {
    const names = sorted(words(PROFILES_EXPORTS))
    expect(exportsOf('profiles', 'index.ts')).toEqual(names)
    expect(Object.keys(profiles).filter((name) => !names.includes(name))).toEqual([])
  })

  test('knows these error codes', () => {
    const text = readFileSync(join(ROOT, 'packages/profiles/src/errors.ts'), 'utf8')
    const union = /export type ProfileErrorCode =([^;]*?)\n\n/.exec(text)?.[1] ?? ''
    expect([...union.matchAll(/'([\w-]+)'/g)].map((match) => match[1]).join(' ')).toBe(PROFILE_ERROR_CODES)
  })
})

describe('the MCP server', () => {
  const imports = importsOf('mcp')
  const into = (folder: string): string[] =>
    sorted(
      imports
        .filter((i) => i.from.startsWith(`${folder}/`) && i.ours && atRuntime(i) && !i.to.startsWith(`${folder}/`))
        .map((i) => layerOf(i.to)),
    )

  test('imports these packages, and of ours the client and the profiles', () => {
    const packages = imports.filter((i) => !i.ours && !i.to.startsWith('node:')).map((i) => i.to)
    expect(sorted(packages)).toEqual(MCP_PACKAGES)
  })

  test('has a sandbox that depends on nothing but errors', () => {
    expect(into('sandbox')).toEqual(['errors.ts'])
    expect(into('content')).toEqual(['errors.ts', 'sandbox'])
  })

  test('has tools that know no other tool and no transport, and are all in the index', () => {
    const fromTools = imports.filter((i) => i.from.startsWith('tools/') && i.from !== 'tools/index.ts')
    expect(fromTools.filter((i) => /^(tools|http)\/|^(server|service|run|run-tool|stdio|bin)\.ts$/.test(i.to))).toEqual(
      [],
    )
    const listed = imports.filter((i) => i.from === 'tools/index.ts' && atRuntime(i)).map((i) => i.to)
    expect(sorted(listed)).toEqual(sorted(fromTools.map((i) => i.from)))
  })

  test('has no modules that import each other in a circle', () => {
    expect(inCircles(imports)).toEqual([])
  })

  test('exports this', () => {
    const names = sorted(words(MCP_EXPORTS))
    expect(exportsOf('mcp', 'index.ts')).toEqual(names)
    expect(Object.keys(mcp).filter((name) => !names.includes(name))).toEqual([])
  })
})

describe('the command line', () => {
  const imports = importsOf('cli')

  test('imports downward: commands, batch, output', () => {
    expect(arrows(imports.filter((i) => i.ours && atRuntime(i)))).toEqual(known(CLI_LAYERS))
  })

  test('answers --version before it loads anything', () => {
    const first = imports.filter((i) => i.from === 'bin.ts' && atRuntime(i))
    expect(first.filter((i) => !i.dynamic).map((i) => i.to)).toEqual(['node:fs'])
  })

  test('loads what few commands need when they need it', () => {
    const early = imports.filter((i) => CLI_LATER.includes(i.to) && atRuntime(i) && !i.dynamic)
    // whose options are those of the server; the command itself is loaded when it is asked for
    expect(early.map((i) => `${i.from} → ${i.to}`)).toEqual(['commands/mcp.ts → @dhis2-files/mcp'])
    expect(sorted(imports.filter((i) => CLI_LATER.includes(i.to)).map((i) => i.to))).toEqual(CLI_LATER)
  })
})

function moduleOf(file: string): string {
  return file.slice('files/'.length, -'.ts'.length)
}

function surfaceOf(module: string): string {
  return SURFACES.find((pattern) => pattern.test(module))?.source ?? `${module}: of no known surface`
}

/** The parts of preflight have no other user. */
function isPartOfShared(module: string): boolean {
  return module === 'block-list' || module === 'image-bytes'
}

/** Modules that import themselves, by whichever way, at run time. */
function inCircles(imports: readonly Import[]): string[] {
  const ours = imports.filter((i) => i.ours && atRuntime(i))
  const reached = (from: string, seen: Set<string>): Set<string> => {
    for (const { to } of ours.filter((i) => i.from === from && !seen.has(i.to))) reached(to, seen.add(to))
    return seen
  }
  return sorted(ours.map((i) => i.from)).filter((module) => reached(module, new Set()).has(module))
}

/** Which layers each layer imports. */
function arrows(imports: readonly Import[]): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  for (const { from, to } of imports) {
    const [a, b] = [layerOf(from), layerOf(to)]
    if (a !== b) (found[a] ??= []).push(b)
  }
  return Object.fromEntries(Object.entries(found).map(([layer, to]) => [layer, sorted(to)]))
}

function known(pins: Record<string, string>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(pins).flatMap(([layer, to]) => (to === '' ? [] : [[layer, to.split(' ')]])))
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort()
}

function words(text: string): string[] {
  return text.trim().split(/\s+/)
}
