import {
  ALL,
  EARLY,
  type Expected,
  LATE,
  READER,
  type Variation,
  asFile,
  get,
  request,
  send,
  stored,
  storedText,
  text,
  upload,
} from './variation.js'

const unknown = (uid: string): Expected => ({
  status: 404,
  errorCode: 'E1005',
  message: `FileResource with id ${uid} could not be found.`,
  headers: { 'cache-control': 'no-cache, private' },
})
const malformed = (uid: string): Expected => ({
  status: 400,
  errorCode: null,
  message: `Value '${uid}' is not valid for path parameter uid. UID must be an alphanumeric string of 11 characters starting with a letter, but was: ${uid}`,
})
const PAGE_500: Expected = { status: 500, htmlTitle: 'HTTP Status 500 – Internal Server Error' }
const PICTURE = { filename: 'p.png', type: 'image/png', fixture: 'photo.png' } as const
const pictures = ['SMALL', 'MEDIUM', 'LARGE'] as const

export const FILES: readonly Variation[] = [
  {
    title: 'what is no uid is not found until 2.42',
    rule: 'file.get',
    wire: '1.9',
    versions: EARLY,
    story: ['xyz', '1digitFirst', 'TwelveChars1'].map((uid) => get(`/api/fileResources/${uid}`, unknown(uid))),
  },
  {
    title: 'what is no uid is a bad request from 2.43',
    rule: 'file.get',
    wire: '1.9',
    versions: LATE,
    story: ['xyz', '1digitFirst', 'TwelveChars1'].flatMap((uid) => [
      get(`/api/fileResources/${uid}`, malformed(uid)),
      get(`/api/fileResources/${uid}/data`, malformed(uid)),
    ]),
  },
  {
    title: 'a dimension on the item has no effect; fields make the status NONE',
    rule: 'file.storage',
    wire: '1.6',
    story: [
      ...storedText('fr'),
      get('/api/fileResources/{{fr}}?dimension=SMALL', {
        status: 200,
        json: { storageStatus: 'STORED' },
        headers: { 'cache-control': null },
      }),
      get('/api/fileResources/{{fr}}?fields=storageStatus', {
        status: 200,
        json: { storageStatus: 'NONE' },
        onlyMembers: ['storageStatus'],
        headers: { 'cache-control': 'no-cache, private' },
      }),
      get('/api/fileResources/{{fr}}?fields=:all', {
        status: 200,
        json: { storageStatus: 'NONE', href: '{{base}}/api/fileResources/{{fr}}' },
      }),
    ],
  },
  {
    title: 'the status is NONE in lists, and a filter for it finds nothing',
    rule: 'file.storage',
    wire: '1.6',
    story: [
      ...storedText('fr'),
      get('/api/fileResources?fields=id,storageStatus&filter=id:eq:{{fr}}', {
        status: 200,
        json: { fileResources: [{ id: '{{fr}}', storageStatus: 'NONE' }] },
      }),
      get('/api/fileResources?fields=id&filter=storageStatus:eq:STORED', { status: 200, rows: [] }),
    ],
  },
  {
    title: 'one property of a file resource',
    rule: 'file.property',
    wire: '1.1',
    story: [
      ...storedText('fr', 'one.txt'),
      get('/api/fileResources/{{fr}}/contentType', {
        status: 200,
        json: { contentType: 'text/plain' },
        onlyMembers: ['contentType'],
      }),
      get('/api/fileResources/{{fr}}/name', { status: 200, json: { name: 'one.txt' }, onlyMembers: ['name'] }),
      get('/api/fileResources/{{fr}}/domain', { status: 200, json: { domain: 'DOCUMENT' }, onlyMembers: ['domain'] }),
      get('/api/fileResources/{{fr}}/contentLength', {
        status: 200,
        json: { contentLength: 11 },
        onlyMembers: ['contentLength'],
      }),
    ],
  },
  {
    title: 'methods that file resources do not have',
    rule: 'file.methods',
    wire: '1.1',
    story: [
      ...storedText('fr'),
      ...(['PUT', 'PATCH', 'DELETE', 'POST'] as const).map((method) =>
        request(method, '/api/fileResources/{{fr}}', not(method)),
      ),
      ...(['PUT', 'PATCH', 'DELETE'] as const).map((method) => request(method, '/api/fileResources', not(method))),
      get('/api/fileResources/{{fr}}', { status: 200 }),
    ],
  },
  {
    title: 'HEAD on routes without a body of its own',
    rule: 'file.data',
    wire: '1.1',
    story: [
      ...storedText('fr'),
      request('HEAD', '/api/fileResources/{{fr}}', {
        status: 200,
        empty: true,
        headers: { 'content-type': /^application\/json/ },
      }),
      request('HEAD', '/api/fileResources', { status: 200, empty: true }),
      request('HEAD', '/api/fileResources/{{fr}}/data', {
        status: 200,
        empty: true,
        headers: {
          'content-length': '11',
          'content-type': /^text\/plain;charset=UTF-8$/i,
          'content-disposition': 'filename=fr.txt',
        },
      }),
      request('HEAD', '/api/fileResources/UnknownUid1', { status: 404, empty: true }),
      request('HEAD', '/api/fileResources/UnknownUid1/data', { status: 404, empty: true }),
      request('HEAD', '/api/documents/UnknownUid1', { status: 404, empty: true }),
      request('HEAD', '/api/documents', { status: 200, empty: true }),
    ],
  },
  {
    title: 'bytes without validators, ranges or caching',
    rule: 'file.data',
    wire: '1.10',
    story: [
      ...storedText('fr'),
      get('/api/fileResources/{{fr}}/data', {
        status: 200,
        text: 'some words\n',
        headers: {
          etag: null,
          'cache-control': null,
          'last-modified': null,
          'accept-ranges': null,
          'x-content-type-options': 'nosniff',
          'content-security-policy': /script-src 'none';/,
          'x-xss-protection': '1; mode=block',
        },
      }),
      get(
        '/api/fileResources/{{fr}}/data',
        { status: 200, text: 'some words\n' },
        { headers: { 'If-None-Match': '*' } },
      ),
      get('/api/fileResources/{{fr}}/data', { status: 200, text: 'some words\n' }, { headers: { Range: 'bytes=5-' } }),
    ],
  },
  {
    title: 'the file name in the header, raw and without quotes',
    rule: 'file.data',
    wire: '1.10',
    story: [
      ['with blanks.txt', 'filename=with blanks.txt'],
      ['semi;colon, comma.txt', 'filename=semi;colon, comma.txt'],
      ['Çédille ÿ.txt', 'filename=Çédille ÿ.txt'],
      ['łódź.txt', null],
      ['日本.txt', null],
      ['emoji 🙂.txt', null],
    ].flatMap(([filename, header], i) => [
      asFile(`fr${i}`, upload('domain=DOCUMENT', text(filename ?? ''))),
      stored(`fr${i}`),
      get(`/api/fileResources/{{fr${i}}}/data`, { status: 200, headers: { 'content-disposition': header ?? null } }),
    ]),
  },
  {
    title: 'types on the way back',
    rule: 'file.data',
    wire: '1.10',
    story: ['application/pdf', 'image/tiff', 'application/octet-stream'].flatMap((type, i) => [
      asFile(`fr${i}`, upload('domain=DOCUMENT', { filename: 'a.dat', type, text: 'x' })),
      stored(`fr${i}`),
      get(`/api/fileResources/{{fr${i}}}/data`, { status: 200, headers: { 'content-type': `${type};charset=UTF-8` } }),
    ]),
  },
  {
    title: 'bytes of other domains for any user who knows the uid, never of data values',
    rule: 'file.data',
    wire: '1.10',
    story: [
      ...['DOCUMENT', 'MESSAGE_ATTACHMENT', 'JOB_DATA'].flatMap((domain) => [
        asFile(domain, upload(`domain=${domain}`, text('a.txt'))),
        stored(domain),
        get(`/api/fileResources/{{${domain}}}/data`, { status: 200, text: 'some words\n' }, { auth: READER }),
      ]),
      asFile('icon', upload('domain=ICON', { filename: 'i.png', fixture: 'icon.png' })),
      stored('icon'),
      get('/api/fileResources/{{icon}}/data', { status: 200 }, { auth: READER }),
      asFile('image', upload('domain=ORG_UNIT', PICTURE)),
      stored('image'),
      get('/api/fileResources/{{image}}/data', { status: 200 }, { auth: READER }),
      asFile('value', upload('', text('a.txt'), undefined, { auth: READER })),
      stored('value'),
      get('/api/fileResources/{{value}}/data', forbidden('{{value}}'), { auth: READER }),
      asFile('avatar', upload('domain=USER_AVATAR', PICTURE)),
      stored('avatar'),
      get('/api/fileResources/{{avatar}}/data', { status: 200 }),
      get('/api/fileResources/{{avatar}}/data', forbidden('{{avatar}}'), { auth: READER }),
    ],
  },
  {
    title: 'PUSH_ANALYSIS is not served either',
    rule: 'file.data',
    wire: '1.10',
    versions: EARLY,
    story: [
      asFile('fr', upload('domain=PUSH_ANALYSIS', text('a.txt'))),
      stored('fr'),
      get('/api/fileResources/{{fr}}/data', forbidden('{{fr}}')),
    ],
  },
  {
    title: 'variants by any case of the dimension, wider than the original too',
    rule: 'file.variants',
    wire: '1.7',
    story: [
      asFile('fr', upload('domain=ORG_UNIT', PICTURE)),
      { ...stored('fr'), until: 'settled' },
      ...pictures.flatMap((dimension) => {
        const width = { SMALL: 256, MEDIUM: 512, LARGE: 1024 }[dimension]
        const image = { type: 'png', width, height: (width * 3) / 4 }
        return [dimension, dimension.toLowerCase(), dimension.charAt(0) + dimension.slice(1).toLowerCase()].map((d) =>
          get(`/api/fileResources/{{fr}}/data?dimension=${d}`, { status: 200, image }),
        )
      }),
      get('/api/fileResources/{{fr}}/data?dimension=original', {
        status: 200,
        image: { type: 'png', width: 800, height: 600 },
      }),
    ],
  },
  {
    title: 'a dimension is ignored where there are no variants, and checked all the same',
    rule: 'file.variants',
    wire: '1.10',
    story: [
      asFile('fr', upload('domain=DOCUMENT', { filename: 'p.png', type: 'image/png', fixture: 'icon.png' })),
      stored('fr'),
      get('/api/fileResources/{{fr}}/data?dimension=LARGE', { status: 200, headers: { 'content-length': '270' } }),
      get('/api/fileResources/{{fr}}/data?dimension=TINY', {
        status: 400,
        errorCode: null,
        message:
          "Value 'TINY' is not valid for parameter dimension. Valid values are: [SMALL, MEDIUM, LARGE, ORIGINAL]",
      }),
    ],
  },
  {
    title: 'owners of an unknown key for any user',
    rule: 'file.owners',
    wire: '1.11',
    versions: ALL,
    story: [get('/api/fileResources/owners?storageKey=dataValue/none', { status: 200 }, { auth: READER })],
  },
  {
    title: 'a list for any user',
    rule: 'list.fields',
    wire: '1.1',
    story: [
      ...storedText('fr'),
      get('/api/fileResources?filter=id:eq:{{fr}}', { status: 200, rows: ['fr.txt'] }, { auth: READER }),
      get('/api/fileResources/{{fr}}', { status: 200 }, { auth: READER }),
    ],
  },
  {
    title: 'a narrow Accept turns refusals into pages',
    rule: 'errors.negotiation',
    wire: '8.2',
    story: [
      upload('domain=DOCUMENT', text('a.sh'), PAGE_500, { headers: { Accept: 'image/png' } }),
      get('/api/fileResources/UnknownUid1', PAGE_500, { headers: { Accept: 'application/octet-stream' } }),
      get('/api/documents/UnknownUid1', PAGE_500, { headers: { Accept: 'application/pdf' } }),
      ...storedText('fr'),
      asFile('value', upload('', text('a.txt'))),
      get('/api/fileResources/{{value}}/data', PAGE_500, { headers: { Accept: 'application/octet-stream' } }),
      get('/api/fileResources/UnknownUid1', unknown('UnknownUid1'), { headers: { Accept: 'application/json, */*' } }),
      get('/api/fileResources/UnknownUid1', unknown('UnknownUid1'), { headers: { Accept: 'application/json' } }),
    ],
  },
  {
    title: 'what a file resource was sent with as JSON is no upload',
    rule: 'upload.form',
    wire: '1.3',
    story: [
      send(
        'POST',
        '/api/fileResources',
        { name: 'a.txt' },
        { status: 500, message: 'Current request is not a multipart request' },
      ),
    ],
  },
]

function not(method: string) {
  return (version: string): Expected => ({
    status: 405,
    errorCode: null,
    message: `Request method '${method}' ${version === '2.41' ? 'not supported' : 'is not supported'}`,
    json: { httpStatus: 'Method Not Allowed', httpStatusCode: 405, status: 'ERROR' },
  })
}

function forbidden(uid: string) {
  return (version: string): Expected => ({
    status: 403,
    errorCode: 'E1006',
    message:
      version === '2.41' || version === '2.42'
        ? `You don't have access to fileResource '${uid}' or this fileResource is not available from this endpoint`
        : `File resource not found or not accessible: ${uid}`,
  })
}
