import { Dhis2Error } from './errors.js'

/** What differs between the versions of DHIS2, as data. A new version is a new row. WIRE.md section 11. */
export interface VersionTraits {
  /** `2.43` */
  readonly line: string
  /** Whether lists may be answered by the gist engine, which `gist=false` turns off (WIRE.md 1.8). */
  readonly gistLists: boolean
  /** Whether blanks at the ends of a file's name are lost (WIRE.md 1.2). */
  readonly trimsFileNames: boolean
  /** Whether the size cap is applied to images before they are re-encoded (WIRE.md 1.3). */
  readonly capsImagesBeforeResize: boolean
  /** Domains that a file may be uploaded into. */
  readonly domains: readonly string[]
}

const DOMAINS = ['DATA_VALUE', 'DOCUMENT', 'MESSAGE_ATTACHMENT', 'USER_AVATAR', 'ORG_UNIT', 'ICON', 'JOB_DATA'] as const
const OLD_DOMAINS = [...DOMAINS, 'PUSH_ANALYSIS'] as const

/** One row a release line, oldest first. */
export const VERSIONS: readonly VersionTraits[] = [
  { line: '2.41', gistLists: false, trimsFileNames: true, capsImagesBeforeResize: true, domains: OLD_DOMAINS },
  { line: '2.42', gistLists: false, trimsFileNames: false, capsImagesBeforeResize: true, domains: OLD_DOMAINS },
  { line: '2.43', gistLists: false, trimsFileNames: false, capsImagesBeforeResize: true, domains: DOMAINS },
  { line: '2.44', gistLists: true, trimsFileNames: false, capsImagesBeforeResize: false, domains: DOMAINS },
]

/** The version of a server: what it said, and the row that it is treated as. */
export interface ServerVersion {
  /** As the server wrote it: `2.43.1`, `2.44-SNAPSHOT`. */
  readonly text: string
  /** 43 of `2.43.1`. */
  readonly minor: number
  /** 1 of `2.43.1`; `undefined` where there is none. */
  readonly patch: number | undefined
  /** 2 of `2.42.5.2`; `undefined` where there is none. */
  readonly hotfix: number | undefined
  /** Whether it is a build between releases. */
  readonly snapshot: boolean
  /** What differs between the versions. */
  readonly traits: VersionTraits
  /** Whether it is newer than the last row, whose traits it then has. */
  readonly newerThanKnown: boolean
}

/** A version as DHIS2 writes it: `2.43.1`, `2.42.5.2`, `2.44-SNAPSHOT`; what comes after that is ignored. */
const VERSION = /^v?2\.(\d+)(?:\.(\d+))?(?:\.(\d+))?(-SNAPSHOT)?/i

/**
 * Reads the version that a server or a caller gives, leniently.
 * @throws Dhis2Error `unsupported` for a version older than the first row, `protocol` for what is no version.
 */
export function parseVersion(text: string): ServerVersion {
  const trimmed = text.trim()
  const match = VERSION.exec(trimmed)
  if (match === null) {
    throw new Dhis2Error(`“${trimmed.slice(0, 60)}” is no DHIS2 version: something like 2.43.1 was expected.`, {
      code: 'protocol',
    })
  }
  const [, minor, patch, hotfix, snapshot] = match
  const number = Number(minor)
  const row = [...VERSIONS].reverse().find((v) => number >= minorOf(v))
  if (row === undefined) {
    throw new Dhis2Error(
      `DHIS2 ${trimmed.slice(0, 60)} is not supported: the oldest supported version is ${VERSIONS[0]?.line}. Upgrade the server.`,
      { code: 'unsupported', hint: 'Upgrade the server.' },
    )
  }
  return {
    text: trimmed,
    minor: number,
    patch: patch === undefined ? undefined : Number(patch),
    hotfix: hotfix === undefined ? undefined : Number(hotfix),
    snapshot: snapshot !== undefined,
    traits: row,
    newerThanKnown: number > minorOf(row),
  }
}

function minorOf(traits: VersionTraits): number {
  return Number(traits.line.slice(2))
}
