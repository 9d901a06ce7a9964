import type { ServerVersion } from './versions.js'

/** A bug of single releases of DHIS2 that stands between a file and its place. */
export interface KnownBug {
  readonly id: 'image-values-refused'
  /** Releases that have it. */
  readonly releases: readonly string[]
  /** DHIS2's own ticket. */
  readonly ticket: string
  /** What it does, as a sentence about the release. */
  readonly does: string
  readonly instead: string
}

/** Bugs by release, as data. WIRE.md 4.4. */
const KNOWN_BUGS: readonly KnownBug[] = [
  {
    id: 'image-values-refused',
    releases: ['2.41.9', '2.42.5', '2.42.5.1'],
    ticket: 'DHIS2-19733',
    does: 'refuses every PNG, JPEG, GIF and BMP as the value of an IMAGE in the tracker',
    instead: 'Upgrade the server (2.41.9.1, 2.42.5.2 and 2.43.0 are without it), or use a FILE_RESOURCE.',
  },
]

/** The bug of this name, if this release has it. */
export function knownBug(version: ServerVersion, id: KnownBug['id']): KnownBug | undefined {
  if (version.snapshot) return undefined
  const release = ['2', version.minor, version.patch, version.hotfix].filter((part) => part !== undefined).join('.')
  return KNOWN_BUGS.find((bug) => bug.id === id && bug.releases.includes(release))
}
