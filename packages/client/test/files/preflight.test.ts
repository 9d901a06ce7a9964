import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PREFLIGHT_RULES, type PreflightFacts, preflight, sizeLimit, tooLargeError } from '../../src/files/preflight.js'
import { VERSIONS, type VersionTraits } from '../../src/versions.js'

const version = (line: string): VersionTraits => VERSIONS.find((v) => v.line === line) as VersionTraits
const V41 = version('2.41')
const V42 = version('2.42')
const V43 = version('2.43')
const V44 = version('2.44')

const head = (...start: (number | string)[]): Uint8Array =>
  Uint8Array.from({ length: 64 }, (_, i) => {
    const flat = start.flatMap((part) => (typeof part === 'string' ? [...new TextEncoder().encode(part)] : [part]))
    return flat[i] ?? 0x20
  })
const PNG = head(0x89, 'PNG\r\n', 0x1a, '\n')
const JFIF = head(0xff, 0xd8, 0xff, 0xe0)
const TEXT = head('not an image')
const NONE = new Uint8Array()

const facts = (some: Partial<PreflightFacts>): PreflightFacts => ({
  filename: 'report.pdf',
  type: 'application/pdf',
  size: 1000,
  head: TEXT,
  domain: 'DOCUMENT',
  traits: V43,
  ...some,
})
const icon = { domain: 'ICON', filename: 'icon.png', type: 'image/png', head: PNG }
const avatar = { domain: 'USER_AVATAR', filename: 'me.jpg', type: 'image/jpeg', head: JFIF }
const orgUnit = { domain: 'ORG_UNIT', filename: 'clinic.gif', type: 'image/gif', head: head('GIF89a') }
const png = { domain: 'DATA_VALUE', filename: 'a.png', type: 'image/png', head: PNG }

/** The rule that speaks first, and all that the error says. */
function verdict(some: Partial<PreflightFacts>): { id: string | undefined; said: unknown } {
  const given = facts(some)
  const id = PREFLIGHT_RULES.find((rule) => rule.applies({ ...given, domain: given.domain.toUpperCase() }))?.id
  try {
    preflight(given)
    return { id, said: undefined }
  } catch (said) {
    return { id, said }
  }
}

const REFUSED: [id: string, some: Partial<PreflightFacts>, message: RegExp, errorCode?: string][] = [
  ['unknown-domain', { domain: 'CUSTOM_LOGO' }, /2\.43 has no such domain.*DATA_VALUE, DOCUMENT.*actual: CUSTOM_LOGO/],
  ['unknown-domain', { domain: 'PUSH_ANALYSIS' }, /PUSH_ANALYSIS/],
  [
    'size-cap',
    { size: 10_000_001 },
    /Limit: 10000000 bytes; actual: 10000001 bytes.*max\.file_upload_size.*maxFileUploadSize/,
  ],
  ['size-cap', { size: 10_000_001, traits: V44 }, /10000001/],
  ['size-cap', { size: 21, maxFileUploadSize: 20 }, /Limit: 20 bytes; actual: 21/],
  ['size-cap', { ...icon, size: 10_000_001 }, /Limit: 10000000/],
  ['size-cap', { ...avatar, size: 10_000_001, filename: 'x.TXT' }, /Limit: 10000000/],
  ['icon-extension', { ...icon, filename: 'icon.jpg' }, /Limit: \.png; actual: \.jpg\. Convert/],
  ['icon-extension', { ...icon, filename: 'ICON.PNG' }, /actual: \.PNG\. Pass a filename that ends in \.png/],
  ['icon-extension', { ...icon, filename: 'png' }, /actual: no extension/],
  ['size-icon', { ...icon, size: 25_000_001, traits: V44 }, /Limit: 25000000 bytes; actual: 25000001/],
  ['size-icon', { ...icon, size: 25_000_001, maxFileUploadSize: 1e9 }, /Limit: 25000000/],
  ['photo-type', { ...avatar, type: 'text/plain' }, /Limit: image\/jpeg, image\/png, image\/gif; actual: text\/plain/],
  ['photo-type', { ...orgUnit, type: 'image/webp' }, /actual: image\/webp/],
  ['photo-type', { ...orgUnit, type: 'IMAGE/GIF' }, /actual: IMAGE\/GIF/],
  ['photo-type', { ...avatar, type: '' }, /actual: nothing/],
  ['photo-type', { ...avatar, type: 'image/webp', filename: 'a.txt', size: 2_000_001 }, /must be declared/],
  ['photo-extension', { ...avatar, filename: 'me.JPG' }, /actual: \.JPG\. Pass a filename that ends in \.jpg\./],
  [
    'photo-extension',
    { ...orgUnit, filename: 'x.webp', size: 8_000_001 },
    /Limit: \.jpg, \.jpeg, \.png, \.gif; actual: \.webp/,
  ],
  ['size-avatar', { ...avatar, size: 2_000_001, head: TEXT }, /Limit: 2000000 bytes; actual: 2000001/],
  ['size-org-unit', { ...orgUnit, size: 8_000_001 }, /Limit: 8000000 bytes; actual: 8000001/],
  ['undecodable-image', { ...icon, head: TEXT }, /cannot decode this one.*it starts with 6E 6F 74 20 61 6E 20 69/],
  ['undecodable-image', { ...avatar, head: head('RIFF') }, /a PNG, JPEG or GIF image/],
  ['undecodable-image', { ...orgUnit, head: Uint8Array.of(0x47, 0x49) }, /it starts with 47 49/],
  ['empty', { size: 0, head: NONE }, /Limit: at least 1 byte; actual: 0 bytes/, 'E1004'],
  ['empty', { size: undefined, head: NONE }, /empty/, 'E1004'],
  ['empty', { ...icon, size: 0, head: NONE }, /empty/, 'E1004'],
  ['empty', { size: 0, head: NONE, filename: 'run.sh' }, /empty/, 'E1004'],
  ['blocked-type', { type: 'text/html' }, /blocks some content types.*actual: text\/html.*\.zip/, 'E6101'],
  ['blocked-type', { type: 'Application/X-SH' }, /actual: Application\/X-SH/, 'E6101'],
  ['blocked-extension', { filename: 'run.sh' }, /blocks some extensions.*actual: sh/, 'E6101'],
  ['blocked-extension', { filename: 'RUN.EXE' }, /actual: EXE/, 'E6101'],
  ['blocked-extension', { filename: 'blob.bin', type: 'application/octet-stream' }, /actual: bin/, 'E6101'],
  ['blocked-extension', { filename: '.bat' }, /actual: bat/, 'E6101'],
  ['never-stored-image', { ...png, head: TEXT }, /never store it: declared as image\/png.*it starts with 6E/],
  [
    'never-stored-image',
    { ...png, type: 'image/jpeg', head: head(0xff, 0xd8, 0xff, 0xdb) },
    /a JPEG that starts with FF D8 FF DB.*application\/octet-stream.*encode the image anew/,
  ],
  ['never-stored-image', { ...png, type: 'image/jpg', head: head('GIF89a') }, /declared as image\/jpg/],
  ['never-stored-image', { ...png, domain: '', head: TEXT }, /DATA_VALUE/],
  ['name-blank', { filename: '\u2003' }, /needs a name/],
  ['name-nul', { filename: 'a\0.txt' }, /NUL/],
  ['name-surrogate', { filename: 'a\udc00.txt' }, /Unicode/],
  ['name-path', { filename: 'etc/passwd.txt' }, /path/],
  ['name-trimmed', { filename: ' a.txt', traits: V41 }, /Trim the filename/],
  ['name-too-long', { filename: 'n'.repeat(231) }, /Limit: 230 characters; actual: 231/],
  ['name-header', { filename: 'ت'.repeat(220) }, /Limit: 512 bytes/],
]

describe('preflight', () => {
  it.each(REFUSED)('refuses by %s %o', (id, some, message, errorCode) => {
    // an empty domain is DATA_VALUE, which the rules alone do not know
    expect(verdict({ ...some, domain: some.domain === '' ? 'DATA_VALUE' : (some.domain ?? 'DOCUMENT') }).id).toBe(id)
    expect(verdict(some).said).toMatchObject({
      code: 'rejected-file',
      retryable: false,
      errorCode,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/\.$/),
    })
  })

  it('has a case for each of its rules', () => {
    expect(PREFLIGHT_RULES.map(({ id }) => id)).toEqual([...new Set(REFUSED.map(([id]) => id))])
  })

  const ACCEPTED: [why: string, some: Partial<PreflightFacts>][] = [
    ['any domain in any case', { domain: 'document' }],
    ['PUSH_ANALYSIS up to 2.42', { domain: 'PUSH_ANALYSIS', traits: V42 }],
    ['JOB_DATA', { domain: 'JOB_DATA' }],
    ['exactly the cap', { size: 10_000_000 }],
    ['more, when the caller says that the server takes more', { size: 11_000_000, maxFileUploadSize: 20_000_000 }],
    ['a size that is not known', { size: undefined }],
    ['an image above the cap that 2.44 makes smaller', { ...icon, size: 25_000_000, traits: V44 }],
    ['an org unit image above a low cap on 2.44', { ...orgUnit, size: 8_000_000, maxFileUploadSize: 10, traits: V44 }],
    ['an icon of any type, even a blocked one', { ...icon, type: 'text/html' }],
    ['exactly 25 MB for an icon', { ...icon, size: 25_000_000, maxFileUploadSize: 1e9 }],
    ['exactly 2 MB for an avatar', { ...avatar, size: 2_000_000 }],
    ['exactly 8 MB for an org unit', { ...orgUnit, size: 8_000_000 }],
    ['a parameter after an image type', { ...avatar, type: 'image/jpeg ;q=1' }],
    ['an odd JPEG where it is encoded anew', { ...avatar, head: head(0xff, 0xd8, 0xff, 0xdb) }],
    ['a GIF called png, which is decoded all the same', { ...icon, head: head('GIF87a') }],
    ['a BMP', { ...icon, head: head('BM') }],
    ['a WBMP', { ...icon, head: head(0, 0, 1, 1) }],
    ['a TIFF, little-endian', { ...icon, head: head('II*', 0) }],
    ['a TIFF, big-endian', { ...icon, head: head('MM', 0, '*') }],
    ['a blocked type with a parameter', { type: 'text/html;charset=utf-8' }],
    ['extensions that are not blocked', { filename: 'a.ps1' }],
    ['a blocked word before the last dot', { filename: 'run.sh.txt' }],
    ['a PNG', png],
    ['a PNG declared as JPEG', { ...png, type: 'image/jpeg' }],
    ['a JFIF', { ...png, type: 'image/jpeg', head: JFIF }],
    ['an Adobe JPEG', { ...png, type: 'image/jpeg', head: head(0xff, 0xd8, 0xff, 0xee) }],
    ['an Exif JPEG', { ...png, type: 'image/jpeg', head: head(0xff, 0xd8, 0xff, 0xe1, 1, 2, 'Exif', 0, 0) }],
    ['anything declared as another image', { ...png, type: 'image/gif', head: TEXT }],
    ['anything declared as image with a parameter', { ...png, type: 'image/png;a=b', head: TEXT }],
    ['anything declared as image in capitals', { ...png, type: 'image/PNG', head: TEXT }],
    ['anything declared as image where no smaller versions are made', { ...png, domain: 'DOCUMENT', head: TEXT }],
    ['bytes that nobody has looked at', { ...png, head: NONE }],
    ['blanks at the ends where they stay', { filename: ' a.txt ', traits: V42 }],
    ['230 characters', { filename: '😀'.repeat(50) + 'n'.repeat(180) }],
  ]
  it.each(ACCEPTED)('accepts %s', (_why, some) => {
    expect(verdict(some)).toEqual({ id: undefined, said: undefined })
  })

  it('knows the JPEGs that the JDK knows, and no others', () => {
    const byte = fc.oneof(fc.constantFrom(0xe0, 0xe1, 0xe2, 0xee, 0xdb, 0x00), fc.nat(255))
    const exif = fc.oneof(fc.constant([...new TextEncoder().encode('Exif\0')]), fc.array(byte, { maxLength: 6 }))
    fc.assert(
      fc.property(byte, byte, byte, exif, (c4, c5, c6, rest) => {
        const bytes = Uint8Array.from([0xff, 0xd8, 0xff, c4, c5, c6, ...rest])
        const [c7, c8, c9, c10, c11] = rest
        const known =
          c4 === 0xe0 ||
          c4 === 0xee ||
          (c4 === 0xe1 && c7 === 0x45 && c8 === 0x78 && c9 === 0x69 && c10 === 0x66 && c11 === 0)
        expect(verdict({ ...png, type: 'image/jpeg', head: bytes }).id).toBe(known ? undefined : 'never-stored-image')
      }),
      { numRuns: 2000 },
    )
  })

  it('blocks what WIRE.md lists and nothing else', () => {
    const types = `text/html text/css text/javascript font/otf application/x-shockwave-flash
      application/vnd.debian.binary-package application/x-rpm application/java-archive application/x-ms-dos-executable
      application/vnd.microsoft.portable-executable application/vnd.apple.installer+xml application/vnd.mozilla.xul+xml
      application/x-httpd-php application/x-sh application/x-csh`.split(/\s+/)
    const extensions = 'html htm css js mjs otf swf deb rpm jar jsp exe msi mpkg xul php bin sh csh bat'.split(' ')
    for (const type of types) expect(verdict({ type }).id).toBe('blocked-type')
    for (const extension of extensions) expect(verdict({ filename: `a.${extension}` }).id).toBe('blocked-extension')
    for (const filename of [
      'a.svg',
      'a.zip',
      'a.xml',
      'a.json',
      'a.ttf',
      'a.woff',
      'a.dll',
      'a.ps1',
      'a.cmd',
      'a.py',
    ]) {
      expect(verdict({ filename }).id).toBeUndefined()
    }
  })
})

describe('sizeLimit', () => {
  it.each([
    ['the cap', {}, 10_000_000],
    ['what the caller says', { maxFileUploadSize: 7 }, 7],
    ['nothing when the caller says so', { maxFileUploadSize: Number.POSITIVE_INFINITY }, undefined],
    ['the cap for an icon', icon, 10_000_000],
    ['the fixed limit for an icon on 2.44', { ...icon, traits: V44 }, 25_000_000],
    ['the fixed limit for an avatar', avatar, 2_000_000],
    ['the fixed limit for an org unit', { ...orgUnit, domain: 'org_unit' }, 8_000_000],
    ['the lower of both', { ...orgUnit, maxFileUploadSize: 5 }, 5],
  ])('is %s', (_what, some, limit) => {
    expect(sizeLimit(facts(some))).toBe(limit)
  })

  it('is the size at which preflight still passes, and one more does not', () => {
    for (const traits of VERSIONS) {
      for (const kind of [{}, png, icon, avatar, orgUnit]) {
        const limit = sizeLimit(facts({ ...kind, traits })) as number
        expect(verdict({ ...kind, traits, size: limit }).id).toBeUndefined()
        expect(verdict({ ...kind, traits, size: limit + 1 }).id).toMatch(/^size-/)
      }
    }
  })
})

describe('tooLargeError', () => {
  it('says what preflight would have said of a size that it did not know', () => {
    const error = tooLargeError(facts({ ...avatar, size: undefined }), 2_000_500)
    expect(error).toMatchObject({ code: 'rejected-file', retryable: false })
    expect(error.message).toMatch(/"me\.jpg" \(USER_AVATAR\).*Limit: 2000000 bytes; actual: 2000500 bytes so far/)
  })
})
