import {
  BEFORE_44,
  EARLY,
  type Expected,
  LATE,
  READER,
  type Variation,
  asFile,
  get,
  refused,
  request,
  send,
  stored,
  text,
  upload,
} from './variation.js'

const accepted = (fileResource: Readonly<Record<string, unknown>>): Expected => ({
  status: 202,
  json: { response: { responseType: 'FileResource', fileResource } },
})
const BLOCKED = refused('File type not allowed', 'E6101')
const EMPTY = refused('Could not read file or file is empty.', 'E1004')
const PAGE_400: Expected = { status: 400, htmlTitle: 'HTTP Status 400 – Bad Request' }
const tooBig = (limit: number, size: number) =>
  refused(`File size can't be bigger than ${limit}, current file size ${size}`)

const BLOCKED_TYPES = `text/html text/css text/javascript font/otf application/x-shockwave-flash
  application/vnd.debian.binary-package application/x-rpm application/java-archive application/x-ms-dos-executable
  application/vnd.microsoft.portable-executable application/vnd.apple.installer+xml application/vnd.mozilla.xul+xml
  application/x-httpd-php application/x-sh application/x-csh`.split(/\s+/)
const BLOCKED_EXTENSIONS = 'html htm css js mjs otf swf deb rpm jar jsp exe msi mpkg xul php bin sh csh bat'.split(' ')
const FREE_EXTENSIONS = 'svg zip xml json ttf woff dll ps1 cmd py txt pdf docx'.split(' ')
const DOMAINS = ['DATA_VALUE', 'DOCUMENT', 'MESSAGE_ATTACHMENT', 'JOB_DATA']

export const UPLOADS: readonly Variation[] = [
  {
    title: 'an envelope without message or Location, with the whole file resource',
    rule: 'upload.envelope',
    wire: '1.5',
    story: [
      upload('domain=DOCUMENT', text('plan.txt', 'abcde'), (version) => ({
        status: 202,
        onlyMembers: ['httpStatus', 'httpStatusCode', 'status', 'response'],
        headers: { location: null },
        json: {
          httpStatus: 'Accepted',
          httpStatusCode: 202,
          status: 'OK',
          response: {
            fileResource: {
              name: 'plan.txt',
              displayName: 'plan.txt',
              contentType: 'text/plain',
              contentLength: 5,
              contentMd5: 'ab56b4d92b40713acc5af89985d4b786',
              storageStatus: 'PENDING',
              assigned: false,
              sharing: { external: version === '2.42' ? false : undefined, public: '--------' },
              favorite: version === '2.44' ? undefined : false,
            },
          },
        },
      })),
    ],
  },
  {
    title: 'an upload by a user without any authority',
    rule: 'upload.envelope',
    wire: '1.1',
    story: [
      upload('domain=DOCUMENT', text('mine.txt'), accepted({ createdBy: { id: 'ReaderUser1', username: 'reader' } }), {
        auth: READER,
      }),
      upload('', text('mine.txt'), accepted({ user: { username: 'reader' } }), { auth: READER }),
    ],
  },
  {
    title: 'every domain in any case, the empty one as the default',
    rule: 'upload.domain',
    wire: '1.2',
    story: [
      upload('domain=', text('a1.txt'), accepted({ domain: 'DATA_VALUE' })),
      ...DOMAINS.map((domain) => upload(`domain=${domain}`, text('a2.txt'), accepted({ domain }))),
      ...DOMAINS.map((domain) => upload(`domain=${domain.toLowerCase()}`, text('a3.txt'), accepted({ domain }))),
      upload('domain=Message_Attachment', text('a4.txt'), accepted({ domain: 'MESSAGE_ATTACHMENT' })),
      upload(
        'domain=icon',
        { filename: 'a.png', type: 'image/png', fixture: 'icon.png' },
        accepted({ domain: 'ICON' }),
      ),
      upload(
        'domain=org_Unit',
        { filename: 'a.jpg', type: 'image/jpeg', fixture: 'photo.jpg' },
        accepted({ domain: 'ORG_UNIT' }),
      ),
    ],
  },
  {
    title: 'PUSH_ANALYSIS until 2.42',
    rule: 'upload.domain',
    wire: '1.12',
    versions: EARLY,
    story: [upload('domain=PUSH_ANALYSIS', text('a.txt'), accepted({ domain: 'PUSH_ANALYSIS' }))],
  },
  {
    title: 'no PUSH_ANALYSIS from 2.43',
    rule: 'upload.domain',
    wire: '1.12',
    versions: LATE,
    story: [
      upload('domain=PUSH_ANALYSIS', text('a.txt'), {
        status: 400,
        errorCode: null,
        message:
          "Value 'PUSH_ANALYSIS' is not valid for parameter domain. Valid values are: [DATA_VALUE, DOCUMENT, MESSAGE_ATTACHMENT, USER_AVATAR, ORG_UNIT, ICON, JOB_DATA]",
      }),
    ],
  },
  {
    title: 'domain and uid as form fields, before the file or behind it',
    rule: 'upload.domain',
    wire: '1.2',
    story: [
      request('POST', '/api/fileResources', accepted({ domain: 'MESSAGE_ATTACHMENT', id: 'FormField01' }), {
        multipart: [
          { name: 'uid', text: 'FormField01' },
          { name: 'domain', text: 'MESSAGE_ATTACHMENT' },
          { name: 'file', ...text('f.txt') },
        ],
      }),
      request('POST', '/api/fileResources', accepted({ domain: 'DOCUMENT', id: 'FormField02' }), {
        multipart: [
          { name: 'file', ...text('f.txt') },
          { name: 'uid', text: 'FormField02' },
          { name: 'domain', text: 'document' },
        ],
      }),
      request('POST', '/api/fileResources?domain=DOCUMENT', accepted({ domain: 'DOCUMENT', id: 'FormField03' }), {
        multipart: [
          { name: 'uid', text: 'FormField03' },
          { name: 'file', ...text('f.txt') },
        ],
      }),
    ],
  },
  {
    title: 'a domain in both places is refused',
    rule: 'upload.domain',
    wire: '1.2',
    story: [
      request(
        'POST',
        '/api/fileResources?domain=DOCUMENT',
        { status: 400 },
        {
          multipart: [
            { name: 'domain', text: 'DOCUMENT' },
            { name: 'file', ...text('f.txt') },
          ],
        },
      ),
    ],
  },
  {
    title: 'what is no uid is stored until 2.42',
    rule: 'upload.uid',
    wire: '1.3',
    versions: EARLY,
    story: [
      upload('uid=short', text('u.txt'), accepted({ id: 'short' })),
      upload('uid=1startsDigit'.slice(0, 15), text('u.txt'), accepted({ id: '1startsDigi' })),
      upload('uid=short', text('u.txt'), refused('FileResource already exists: `short`', 'E1119')),
      upload('uid=TwelveChars1', text('u.txt'), refused(/^ERROR: value too long for type character varying\(\d+\)$/)),
    ],
  },
  {
    title: 'what is no uid is refused from 2.43',
    rule: 'upload.uid',
    wire: '1.3',
    versions: LATE,
    story: ['short', '1startsDigi', 'TwelveChars1', 'has-hyphen1'].map((uid) =>
      upload(`uid=${uid}`, text('u.txt'), {
        status: 400,
        errorCode: null,
        message: `Value '${uid}' is not valid for parameter uid. UID must be an alphanumeric string of 11 characters starting with a letter, but was: ${uid}`,
      }),
    ),
  },
  {
    title: 'a uid is taken in whatever domain, and free again for nobody',
    rule: 'upload.uid',
    wire: '1.5',
    story: [
      upload('uid=TakenUid001', text('u.txt'), accepted({ id: 'TakenUid001' })),
      upload(
        'uid=TakenUid001&domain=DOCUMENT',
        text('v.txt'),
        refused('FileResource already exists: `TakenUid001`', 'E1119'),
      ),
      upload('uid=TakenUid001', text('u.txt'), refused('FileResource already exists: `TakenUid001`', 'E1119'), {
        auth: READER,
      }),
    ],
  },
  {
    title: 'blocked types, in any case',
    rule: 'upload.block-list',
    wire: '1.3',
    story: BLOCKED_TYPES.flatMap((type) => [
      upload('', { filename: 'a.txt', type, text: 'x' }, BLOCKED),
      upload('domain=DOCUMENT', { filename: 'a.txt', type: type.toUpperCase(), text: 'x' }, BLOCKED),
    ]),
  },
  {
    title: 'blocked types with a parameter pass',
    rule: 'upload.block-list',
    wire: '1.3',
    story: BLOCKED_TYPES.map((type) =>
      upload('domain=DOCUMENT', { filename: 'a.txt', type: `${type};charset=utf-8`, text: 'x' }, { status: 202 }),
    ),
  },
  {
    title: 'blocked extensions, in any case',
    rule: 'upload.block-list',
    wire: '1.3',
    story: BLOCKED_EXTENSIONS.flatMap((extension) => [
      upload('domain=DOCUMENT', text(`a.${extension}`), BLOCKED),
      upload('domain=MESSAGE_ATTACHMENT', text(`A.${extension.toUpperCase()}`), BLOCKED),
    ]),
  },
  {
    title: 'other extensions pass, blocked ones before the last too',
    rule: 'upload.block-list',
    wire: '1.3',
    story: [...FREE_EXTENSIONS.map((e) => `a.${e}`), 'run.sh.txt', 'noextension', 'page.html.pdf'].map((filename) =>
      upload('domain=DOCUMENT', text(filename), accepted({ name: filename })),
    ),
  },
  {
    title: 'file names: the last segment, untitled for a blank one',
    rule: 'upload.file-name',
    wire: '1.2',
    story: [
      upload('', text('/etc/hosts.txt'), accepted({ name: 'hosts.txt' })),
      upload('', { disposition: '; filename=""', type: 'text/plain', text: 'x' }, accepted({ name: 'untitled' })),
      upload('', { disposition: '; filename="  "', type: 'text/plain', text: 'x' }, accepted({ name: 'untitled' })),
      upload('', text('folder/'), accepted({ name: 'untitled' })),
      upload(
        '',
        { disposition: "; filename*=UTF-8''C%3A%5CUsers%5Cme%5Creport.txt", type: 'text/plain', text: 'x' },
        accepted({ name: 'report.txt' }),
      ),
    ],
  },
  {
    title: 'file names by filename* alone or behind filename, in any case of hex digits',
    rule: 'upload.file-name',
    wire: '1.2',
    story: [
      "; filename*=UTF-8''%e2%82%ac%20rates.txt",
      '; filename="EUR rates.txt"; filename*=UTF-8\'\'%E2%82%AC%20rates.txt',
    ].map((disposition) =>
      upload('', { disposition, type: 'text/plain', text: 'x' }, accepted({ name: '€ rates.txt' })),
    ),
  },
  {
    title: 'filename* before filename, as the servlet container reads it',
    rule: 'upload.file-name',
    wire: '1.2',
    versions: ['2.42', '2.43', '2.44'],
    story: [
      upload(
        '',
        {
          disposition: '; filename*=UTF-8\'\'%E2%82%AC%20rates.txt; filename="EUR rates.txt"',
          type: 'text/plain',
          text: 'x',
        },
        accepted({ name: '€ rates.txt' }),
      ),
    ],
  },
  {
    title: 'a name of 230 characters is the longest',
    rule: 'upload.file-name',
    wire: '1.3',
    story: [
      upload('', text(`${'a'.repeat(226)}.txt`), accepted({ name: `${'a'.repeat(226)}.txt` })),
      upload('', text(`${'a'.repeat(227)}.txt`), refused('ERROR: value too long for type character varying(230)')),
    ],
  },
  {
    title: 'types verbatim, with their parameters and case',
    rule: 'upload.content-type',
    wire: '1.2',
    story: ['Text/Plain; Charset=UTF-8', 'application/x-Custom+thing', 'text/csv;header=present', 'image/png;q=1'].map(
      (type) => upload('', { filename: 'a.dat', type, text: 'x' }, accepted({ contentType: type })),
    ),
  },
  {
    title: 'octet-stream for what is no type',
    rule: 'upload.content-type',
    wire: '1.2',
    story: ['text', 'text/', '/plain', 'a b/c d'].map((type) =>
      upload('', { filename: 'a.dat', type, text: 'x' }, accepted({ contentType: 'application/octet-stream' })),
    ),
  },
  {
    title: 'a form without a file, or with the file under another name',
    rule: 'upload.form',
    wire: '1.3',
    story: [
      request('POST', '/api/fileResources', PAGE_400, { multipart: [{ name: 'file', type: 'text/plain', text: 'x' }] }),
      request('POST', '/api/fileResources', PAGE_400, { multipart: [{ name: 'File', ...text('a.txt') }] }),
      request('POST', '/api/fileResources', PAGE_400, { multipart: [{ name: 'upload', ...text('a.txt') }] }),
    ],
  },
  {
    title: 'a body that is not multipart, in whatever type',
    rule: 'upload.form',
    wire: '1.3',
    story: ['text/plain', 'application/pdf', 'application/x-www-form-urlencoded'].map((type) =>
      request(
        'POST',
        '/api/fileResources?domain=DOCUMENT',
        { status: 500, message: 'Current request is not a multipart request' },
        {
          body: { type, text: 'x' },
        },
      ),
    ),
  },
  {
    title: 'the configured cap to the byte',
    rule: 'upload.size',
    wire: '1.3',
    settings: { maxFileUploadSize: 100 },
    story: [
      upload('', { filename: 'a.dat', repeat: { bytes: 100 } }, accepted({ contentLength: 100 })),
      upload('', { filename: 'a.dat', repeat: { bytes: 101 } }, tooBig(100, 101)),
      upload('domain=MESSAGE_ATTACHMENT', { filename: 'a.dat', repeat: { bytes: 70_000 } }, tooBig(100, 70_000)),
    ],
  },
  {
    title: 'the cap before resizing until 2.43',
    rule: 'upload.size',
    wire: '1.3',
    versions: BEFORE_44,
    settings: { maxFileUploadSize: 20_000 },
    story: [
      upload(
        'domain=USER_AVATAR',
        { filename: 'a.jpg', type: 'image/jpeg', fixture: 'photo.jpg' },
        tooBig(20_000, 53_572),
      ),
      upload('domain=ICON', { filename: 'a.jpg', type: 'image/jpeg', fixture: 'photo.jpg' }, tooBig(20_000, 53_572)),
    ],
  },
  {
    title: 'the cap behind resizing in 2.44',
    rule: 'upload.size',
    wire: '1.3',
    versions: ['2.44'],
    settings: { maxFileUploadSize: 20_000 },
    story: [
      upload('domain=USER_AVATAR', { filename: 'a.jpg', type: 'image/jpeg', fixture: 'photo.jpg' }, { status: 202 }),
      upload(
        'domain=ICON',
        { filename: 'a.jpg', type: 'image/jpeg', fixture: 'photo.jpg' },
        refused('Wrong file extension, valid extensions are: png'),
      ),
      upload('', { filename: 'a.jpg', type: 'image/jpeg', fixture: 'photo.jpg' }, tooBig(20_000, 53_572)),
    ],
  },
  {
    title: 'limits of the image domains to the byte',
    rule: 'upload.size',
    wire: '1.3',
    settings: { maxFileUploadSize: 30_000_000 },
    story: [
      upload(
        'domain=USER_AVATAR',
        { filename: 'a.png', type: 'image/png', repeat: { bytes: 2_000_001 } },
        tooBig(2_000_000, 2_000_001),
      ),
      upload(
        'domain=USER_AVATAR',
        { filename: 'a.png', type: 'image/png', repeat: { bytes: 2_000_000 } },
        {
          status: 500,
          message: /^Failed to resize image: /,
        },
      ),
      upload(
        'domain=ORG_UNIT',
        { filename: 'a.gif', type: 'image/gif', repeat: { bytes: 8_000_001 } },
        tooBig(8_000_000, 8_000_001),
      ),
      upload(
        'domain=ORG_UNIT',
        { filename: 'a.png', type: 'image/png', repeat: { bytes: 8_000_000 } },
        {
          status: 500,
          message: /^Failed to resize image: /,
        },
      ),
      upload(
        'domain=ICON',
        { filename: 'a.png', type: 'image/png', repeat: { bytes: 25_000_001 } },
        tooBig(25_000_000, 25_000_001),
      ),
    ],
  },
  {
    title: 'types and extensions of the image domains',
    rule: 'upload.image-domains',
    wire: '1.3',
    story: ['USER_AVATAR', 'ORG_UNIT'].flatMap((domain) => {
      const types = refused('Invalid content type, valid content types are: image/jpeg,image/png,image/gif')
      const extensions = refused('Wrong file extension, valid extensions are: jpg,jpeg,png,gif')
      return [
        upload(
          `domain=${domain}`,
          { filename: 'a.png', fixture: 'icon.png' },
          refused('Invalid content type, content type is NULL'),
        ),
        upload(`domain=${domain}`, { filename: 'a.png', type: 'image/jpg', fixture: 'icon.png' }, types),
        upload(`domain=${domain}`, { filename: 'a.pdf', type: 'application/pdf', fixture: 'report.pdf' }, types),
        upload(`domain=${domain}`, { filename: 'a.webp', type: 'image/webp', text: 'x' }, types),
        upload(`domain=${domain}`, { filename: 'A.PNG', type: 'image/png', fixture: 'icon.png' }, extensions),
        upload(`domain=${domain}`, { filename: 'a.Jpg', type: 'image/jpeg', fixture: 'photo.jpg' }, extensions),
        upload(`domain=${domain}`, { filename: 'a.bmp', type: 'image/png', fixture: 'icon.png' }, extensions),
        upload(`domain=${domain}`, { filename: 'a', type: 'image/png', fixture: 'icon.png' }, extensions),
        upload(
          `domain=${domain}`,
          { filename: 'a.jpeg', type: 'image/jpeg', fixture: 'photo.jpg' },
          accepted({ domain }),
        ),
        upload(
          `domain=${domain}`,
          { filename: 'a.png', type: 'image/png;x=y', fixture: 'icon.png' },
          accepted({ contentType: 'image/png' }),
        ),
      ]
    }),
  },
  {
    title: 'an icon may say any type, if it is called png',
    rule: 'upload.image-domains',
    wire: '1.3',
    story: [
      upload(
        'domain=ICON',
        { filename: 'a.png', type: 'text/plain', fixture: 'photo.png' },
        accepted({ contentType: 'image/png' }),
      ),
      upload('domain=ICON', { filename: 'a.png', fixture: 'photo.png' }, accepted({ contentType: 'image/png' })),
      upload(
        'domain=ICON',
        { filename: 'a.gif', type: 'image/png', fixture: 'icon.png' },
        refused('Wrong file extension, valid extensions are: png'),
      ),
    ],
  },
  {
    title: 'pixels of the image domains: fixed, by width, by height',
    rule: 'upload.image-domains',
    wire: '1.4',
    story: (
      [
        ['ICON', 'photo.png', 'png', 48, 48],
        ['ICON', 'portrait.png', 'png', 48, 48],
        ['USER_AVATAR', 'photo.png', 'png', 200, 150],
        ['USER_AVATAR', 'portrait.png', 'png', 100, 200],
        ['USER_AVATAR', 'square.png', 'png', 200, 200],
        ['USER_AVATAR', 'tiny.gif', 'gif', 200, 200],
        ['ORG_UNIT', 'photo.jpg', 'jpg', 800, 600],
        ['ORG_UNIT', 'portrait.png', 'png', 400, 800],
      ] as const
    ).flatMap(([domain, fixture, extension, width, height], i) => {
      const kind = extension === 'jpg' ? 'jpeg' : extension
      return [
        asFile(`fr${i}`, upload(`domain=${domain}`, { filename: `a.${extension}`, type: `image/${kind}`, fixture })),
        stored(`fr${i}`),
        get(`/api/fileResources/{{fr${i}}}/data`, { status: 200, image: { type: kind, width, height } }),
      ]
    }),
  },
  {
    title: 'the extension says the format of what is stored',
    rule: 'upload.image-domains',
    wire: '1.4',
    story: [
      asFile(
        'fr',
        upload(
          'domain=ORG_UNIT',
          { filename: 'a.png', type: 'image/jpeg', fixture: 'photo.jpg' },
          accepted({ contentType: 'image/png' }),
        ),
      ),
      stored('fr'),
      get('/api/fileResources/{{fr}}/data', { status: 200, image: { type: 'png', width: 800, height: 600 } }),
    ],
  },
  {
    title: 'of two faults, the one that is checked first',
    rule: 'upload.order',
    wire: '1.3',
    story: [
      upload('uid=FirstTaken1', text('a.txt')),
      // not multipart before domain
      send(
        'POST',
        '/api/fileResources?domain=NOPE',
        {},
        { status: 500, message: 'Current request is not a multipart request' },
      ),
      // file part before domain
      request('POST', '/api/fileResources?domain=NOPE', PAGE_400, { multipart: [{ name: 'other', text: 'x' }] }),
      // domain before uid
      upload('domain=NOPE&uid=bad', text('a.txt'), {
        status: 400,
        message: /^Value 'NOPE' is not valid for parameter domain/,
      }),
      // size before everything that is known of the file later
      upload(
        'domain=DOCUMENT',
        { filename: 'a.sh', type: 'text/html', repeat: { bytes: 10_000_001 } },
        tooBig(10_000_000, 10_000_001),
      ),
      // type before extension, extension before size
      upload(
        'domain=USER_AVATAR',
        { filename: 'a.bmp', type: 'text/plain', text: 'x' },
        refused(/^Invalid content type/),
      ),
      upload(
        'domain=USER_AVATAR',
        { filename: 'a.bmp', type: 'image/png', repeat: { bytes: 2_000_001 } },
        refused(/^Wrong file extension/),
      ),
      upload(
        'domain=USER_AVATAR',
        { filename: 'a.bmp', repeat: { bytes: 10 } },
        refused('Invalid content type, content type is NULL'),
      ),
      // empty before taken, taken before blocked, blocked before too long
      upload('uid=FirstTaken1', text('a.sh', ''), EMPTY),
      upload('', text('a.sh', ''), EMPTY),
      upload('uid=FirstTaken1', text('a.sh'), refused('FileResource already exists: `FirstTaken1`', 'E1119')),
      upload('', text(`${'a'.repeat(240)}.sh`), BLOCKED),
      // not an image before taken
      upload(
        'domain=ICON&uid=FirstTaken1',
        { filename: 'a.png', text: 'x' },
        { status: 500, message: /^Failed to resize image/ },
      ),
    ],
  },
  {
    title: 'the cap before the extension of an icon until 2.43, behind it in 2.44',
    rule: 'upload.order',
    wire: '1.3',
    story: [
      upload('domain=ICON', { filename: 'a.jpg', repeat: { bytes: 10_000_001 } }, (version) =>
        version === '2.44'
          ? refused('Wrong file extension, valid extensions are: png')
          : tooBig(10_000_000, 10_000_001),
      ),
    ],
  },
  {
    title: 'a malformed uid before the size from 2.43',
    rule: 'upload.order',
    wire: '1.3',
    versions: LATE,
    story: [
      upload(
        'uid=bad',
        { filename: 'a.dat', repeat: { bytes: 10_000_001 } },
        { status: 400, message: /^Value 'bad' is not valid/ },
      ),
    ],
  },
  {
    title: 'which uploads have several sizes',
    rule: 'file.variants',
    wire: '1.7',
    story: (
      [
        ['', 'image/png', true],
        ['', 'image/jpeg', true],
        ['', 'image/jpg', true],
        ['', 'image/gif', false],
        ['', 'image/png;x=y', false],
        ['', 'application/octet-stream', false],
        ['domain=DOCUMENT', 'image/png', false],
        ['domain=MESSAGE_ATTACHMENT', 'image/jpeg', false],
      ] as const
    ).map(([query, type, several]) =>
      upload(query, { filename: 'a.png', type, fixture: 'icon.png' }, (version) =>
        accepted({ hasMultipleStorageFiles: several && (version === '2.43' || version === '2.44') }),
      ),
    ),
  },
]
