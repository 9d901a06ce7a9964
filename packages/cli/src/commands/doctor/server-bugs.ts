import type { ServerVersion } from '@dhis2-files/client'

/** Releases from one on, up to and without another. */
export interface Releases {
  /** `2.41.7` */
  readonly from: string
  /** The first one without it; `undefined` where none is known. */
  readonly before: string | undefined
}

/** What a server does to files that surprises those who do not know it. */
export interface ServerBug {
  /** The row of docs/versions.md. */
  readonly id: string
  /** DHIS2's own ticket, where there is one. */
  readonly ticket: string | undefined
  readonly releases: readonly Releases[]
  /** Whether files are lost or refused, or it is good to know. */
  readonly level: 'warning' | 'info'
  /** What it does, as a sentence about the release. */
  readonly does: string
  readonly instead: string
}

/** The first release line that we know, on which a bug is that has always been. */
const ALWAYS: readonly Releases[] = [{ from: '2.41', before: undefined }]

/** Those that do harm first. */
export const SERVER_BUGS: readonly ServerBug[] = [
  {
    id: 'tracker.trim',
    ticket: 'DHIS2-21427',
    releases: [
      { from: '2.41.7', before: '2.41.8.1' },
      { from: '2.42.4', before: '2.42.4.1' },
    ],
    level: 'warning',
    does: 'Its nightly clean-up deletes files of events and tracked entities, and of aggregate data values of type IMAGE, although they are in use.',
    instead:
      'Upgrade now: to 2.41.8.1, 2.42.4.1 or later. What is gone must come from a backup of the file store; media list shows values whose file is gone.',
  },
  {
    id: 'value.refused',
    ticket: undefined,
    releases: [{ from: '2.43', before: undefined }],
    level: 'warning',
    does: 'When it refuses a file that is sent to /api/dataValues/file, it deletes the data value that was there.',
    instead: 'This program never uses that route: it uploads the file first. Other programs should do the same.',
  },
  {
    id: 'tracker.images',
    ticket: 'DHIS2-19733',
    releases: [
      { from: '2.41.9', before: '2.41.9.1' },
      { from: '2.42.5', before: '2.42.5.2' },
    ],
    level: 'warning',
    does: 'It refuses every PNG, JPEG, GIF and BMP as the value of an IMAGE in the tracker.',
    instead: 'Upgrade to 2.41.9.1, 2.42.5.2 or 2.43.0, or use a FILE_RESOURCE.',
  },
  {
    id: 'upload.image-type',
    ticket: 'DHIS2-20606',
    releases: [
      { from: '2.41', before: '2.41.8' },
      { from: '2.42', before: '2.42.4' },
    ],
    level: 'warning',
    does: 'Images that it makes smaller (icons, avatars, organisation units) are stored as application/octet-stream and have no copies in other sizes.',
    instead: 'Upgrade to 2.41.8, 2.42.4 or later, and set the images again: --dimension gives the original until then.',
  },
  {
    id: 'upload.slow-variants',
    ticket: 'DHIS2-20269',
    releases: [
      { from: '2.41', before: '2.41.6' },
      { from: '2.42', before: '2.42.3' },
    ],
    level: 'info',
    does: 'It makes the copies of an image in other sizes while the upload waits for its answer.',
    instead: 'Uploads of large images take long: that is no fault of the line.',
  },
  {
    id: 'upload.odd-image',
    ticket: undefined,
    releases: ALWAYS,
    level: 'info',
    does: 'It takes some JPEGs (those that begin with FF D8 FF DB), and never stores them.',
    instead: 'This program refuses them before sending. Save the image anew.',
  },
  {
    id: 'document.sharing',
    ticket: undefined,
    releases: ALWAYS,
    level: 'info',
    does: 'Every update of a document resets its sharing: it is open to everyone.',
    instead:
      'This program reads the sharing before and puts it back at once, and changes nothing where it may not. Other programs, and the DHIS2 apps, leave it open.',
  },
  {
    id: 'file.open',
    ticket: undefined,
    releases: ALWAYS,
    level: 'info',
    does: 'Whoever may sign in and knows the uid of a file of a document or message reads it, whatever its sharing.',
    instead: 'Treat uids of file resources, in journals and manifests too, as something to keep to yourself.',
  },
  {
    id: 'file.no-delete',
    ticket: undefined,
    releases: ALWAYS,
    level: 'info',
    does: 'A file resource cannot be deleted. Files that a document had before it got another one stay for good.',
    instead: 'Look before you upload. What is left behind is named each time.',
  },
]

/** What this version does. */
export function bugsOf(version: ServerVersion): readonly ServerBug[] {
  return SERVER_BUGS.filter(({ releases }) => releases.some((range) => isIn(version, range)))
}

function isIn(version: ServerVersion, { from, before }: Releases): boolean {
  const release = numbersOf(version)
  const line = version.minor === Number(from.split('.')[1])
  if (before === undefined) return compare(release, numbersIn(from)) >= 0
  // a range ends within its line
  return line && compare(release, numbersIn(from)) >= 0 && compare(release, numbersIn(before)) < 0
}

/** A build between releases is after all releases of its line. */
function numbersOf({ minor, patch, hotfix, snapshot }: ServerVersion): readonly number[] {
  const last = snapshot ? Number.POSITIVE_INFINITY : 0
  return [minor, patch ?? last, hotfix ?? 0]
}

function numbersIn(release: string): readonly number[] {
  const [, minor, patch = '0', hotfix = '0'] = release.split('.')
  return [minor, patch, hotfix].map(Number)
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < 3; at++) {
    const [one = 0, other = 0] = [a[at], b[at]]
    if (one !== other) return one < other ? -1 : 1
  }
  return 0
}
