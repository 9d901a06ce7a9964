import type { Environment, Profile } from '@dhis2-files/profiles'
import { ToolError } from './errors.js'

/** What a tool does to DHIS2. */
export type Access = 'read' | 'write' | 'delete'

/** What decides about writes. */
export interface PolicyOptions {
  /** `--write` */
  readonly write: boolean
  /** `--allow-delete` */
  readonly allowDelete: boolean
  /** DHIS2_MCP_READONLY and DHIS2_MCP_PROTECTED_HOSTS are read from it. */
  readonly env: Environment
}

/** Hosts of the public demos: who writes there writes into what everybody sees. As dhis2w-utils has them. */
export const DEFAULT_PROTECTED_HOSTS = 'play.dhis2.org, play.im.dhis2.org, debug.dhis2.org'

const YES: ReadonlySet<string> = new Set(['1', 'true', 'yes', 'on'])
const NO: ReadonlySet<string> = new Set(['', '0', 'false', 'no', 'off'])

/** What this server may change. Flags allow; a profile and the environment forbid, whatever the flags say. */
export class Policy {
  readonly write: boolean
  readonly allowDelete: boolean
  /** Why nothing may be written at all; `undefined` when the environment does not forbid it. */
  readonly readOnlyReason: string | undefined
  readonly #hosts: readonly HostPattern[]

  constructor(options: PolicyOptions) {
    this.write = options.write
    this.allowDelete = options.allowDelete
    const hosts = readHosts(options.env['DHIS2_MCP_PROTECTED_HOSTS'] ?? DEFAULT_PROTECTED_HOSTS)
    this.#hosts = hosts.patterns
    this.readOnlyReason = readOnlyReason(options.env['DHIS2_MCP_READONLY'] ?? '') ?? hosts.problem
  }

  /** Whether tools of this kind are listed. */
  allows(access: Access): boolean {
    return this.refusal(access) === undefined
  }

  /** Why tools of this kind are not listed, and what to do; `undefined` when they are. */
  refusal(access: Access): { readonly code: 'not-allowed' | 'read-only'; readonly reason: string } | undefined {
    if (access === 'read') return undefined
    if (this.readOnlyReason !== undefined) return { code: 'read-only', reason: this.readOnlyReason }
    const missing = [
      ...(this.write ? [] : ['--write']),
      ...(access === 'delete' && !this.allowDelete ? ['--allow-delete'] : []),
    ]
    if (missing.length === 0) return undefined
    const flags = missing.join(' and ')
    return {
      code: 'not-allowed',
      reason: `the server was started without ${flags}. Whoever configures it can add ${flags} to its arguments and restart it`,
    }
  }

  /** @throws ToolError `not-allowed` · `read-only` */
  checkTool(tool: string, access: Access): void {
    const refusal = this.refusal(access)
    if (refusal !== undefined) throw new ToolError(refusal.code, `${tool} is not allowed: ${refusal.reason}.`)
  }

  /**
   * Whether a tool may write to the DHIS2 of a profile.
   * @throws ToolError `read-only` · `protected-host`
   */
  checkProfile(tool: string, access: Access, profile: Profile): void {
    if (access === 'read') return
    const who = profile.name === undefined ? 'the profile of the environment' : `the profile “${profile.name}”`
    if (profile.settings.readOnly) {
      throw new ToolError(
        'read-only',
        `${tool} is not allowed: ${who} is for reading only (read_only in ${profile.source.settingsPath}). Use another profile, or have its owner change that.`,
      )
    }
    const { host } = new URL(profile.baseUrl)
    if (this.#hosts.some((pattern) => matches(pattern, profile.baseUrl))) {
      throw new ToolError(
        'protected-host',
        `${tool} is not allowed: ${who} is of ${host}, a protected host. Use a profile of another DHIS2, or have whoever configures this server change DHIS2_MCP_PROTECTED_HOSTS.`,
      )
    }
  }
}

function readOnlyReason(text: string): string | undefined {
  const value = text.trim().toLowerCase()
  if (NO.has(value)) return undefined
  if (YES.has(value)) {
    return 'DHIS2_MCP_READONLY is set. Whoever configures the server can unset it'
  }
  return `DHIS2_MCP_READONLY is “${text.slice(0, 40)}”, which is neither yes nor no, and counts as yes. Whoever configures the server can set it to 1 or 0`
}

interface HostPattern {
  /** Without a port; in the form that URLs have it. */
  readonly host: string
  /** `undefined`: any. */
  readonly port: string | undefined
}

/** A list that cannot be understood forbids all writes: nobody knows whom it should have protected. */
function readHosts(text: string): { readonly patterns: readonly HostPattern[]; readonly problem: string | undefined } {
  const patterns: HostPattern[] = []
  for (const entry of text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')) {
    const pattern = readHost(entry)
    if (pattern === undefined) {
      const problem = `DHIS2_MCP_PROTECTED_HOSTS has “${entry.slice(0, 60)}”, which is no host: nothing may be written until that is put right. An entry is example.org, example.org:8443 or *.example.org`
      return { patterns: [], problem }
    }
    patterns.push(pattern)
  }
  return { patterns, problem: undefined }
}

function readHost(entry: string): HostPattern | undefined {
  // a host means those below it too, as in dhis2w-utils; the star is for those who write it
  const rest = entry.startsWith('*.') ? entry.slice(2) : entry
  const match = /^(\[[\da-f:.]+\]|[^\s:/?#@*\\[\]]+)(?::(\d{1,5}))?$/i.exec(rest)
  if (match?.[1] === undefined || !URL.canParse(`http://${match[1]}`)) return undefined
  return { host: hostOf(new URL(`http://${match[1]}`)), port: match[2] }
}

function matches(pattern: HostPattern, baseUrl: string): boolean {
  const url = new URL(baseUrl)
  const host = hostOf(url)
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  if (pattern.port !== undefined && String(Number(pattern.port)) !== port) return false
  return host === pattern.host || host.endsWith(`.${pattern.host}`)
}

/** In small letters, as ASCII, without the dot that a whole name may end with. */
function hostOf(url: URL): string {
  return url.hostname.replace(/\.$/, '')
}
