import {
  EARLY,
  type Expected,
  KEEPER,
  LATE,
  READER,
  type Scene,
  type Variation,
  WRITER,
  asFile,
  asObject,
  get,
  link,
  makeLink,
  patch,
  request,
  send,
  stored,
  storedText,
  text,
  upload,
} from './variation.js'

const ADMIN = 'M5zQapPyTZI'
const notFound = (uid: string): Expected => ({
  status: 404,
  errorCode: 'E1005',
  message: `Document with id ${uid} could not be found.`,
})
const UPDATED: Expected = {
  status: 200,
  json: { httpStatus: 'OK', status: 'OK', response: { responseType: 'ObjectReport', errorReports: [] } },
}
const NO_UPDATE: Expected = {
  status: 403,
  errorCode: 'E1006',
  message: "You don't have the proper permissions to update this object.",
}
const NO_CREATE: Expected = {
  status: 403,
  errorCode: 'E1006',
  message: "You don't have the proper permissions to create this object.",
}
const invalid = (reports: readonly string[], texts?: readonly string[]): Expected => ({
  status: 409,
  message: 'One or more errors occurred, please see full details in import report.',
  errorCode: null,
  reports,
  ...(texts !== undefined && { texts }),
  json: {
    httpStatus: 'Conflict',
    status: 'ERROR',
    response: { responseType: 'ObjectReport', klass: 'org.hisp.dhis.document.Document' },
  },
})
const create = (json: Parameters<typeof send>[2], expect?: Scene['expect']) =>
  send('POST', '/api/documents', json, expect)
const share = (uid: string, sharing: Parameters<typeof send>[2], expect: Expected = { status: 204, empty: true }) =>
  send('PUT', `/api/documents/${uid}/sharing`, sharing, expect)
const only = (owner: string, users: readonly (readonly [string, string])[] = []) => ({
  owner,
  public: '--------',
  users: Object.fromEntries(users.map(([id, access]) => [id, { id, access }])),
  userGroups: {},
})

const GOOD_URLS = [
  'http://a',
  'https://example.org/a?b=c&d=e#f',
  'https://example.org/~me/a%20b,c;d|e!f/',
  'https://user@example.org:8443/x=y_z',
  'HTTPS://example.org'.toLowerCase(),
]
const BAD_URLS = [
  'ftp://example.org/x',
  'mailto:me@example.org',
  'example.org',
  '//example.org',
  'https://',
  'https://example.org/a b',
  'https://example.org/(a)',
  'https://example.org/[a]',
  'https://example.org/$a',
  'https://example.org/*',
  "https://example.org/'a'",
  'https://example.org/"a"',
  'https://example.org/é',
  ...['?', '!', ':', ',', '.', ';'].map((end) => `https://example.org/a${end}`),
]

export const DOCUMENTS: readonly Variation[] = [
  {
    title: 'addresses of external documents',
    rule: 'document.validation',
    wire: '2.3',
    story: [
      ...GOOD_URLS.map((url) => create({ name: 'Link', url, external: true }, { status: 201 })),
      ...BAD_URLS.map((url) =>
        create(
          { name: 'Link', url, external: true },
          invalid(['E4004'], [`Property \`url\` requires a valid URL, was given \`${url}\``]),
        ),
      ),
    ],
  },
  {
    title: 'a URL without external is no file',
    rule: 'document.validation',
    wire: '2.3',
    story: [
      create(
        { name: 'Link', url: 'https://example.org' },
        invalid(
          ['E4015'],
          ['Property `url` refers to an object that does not exist, could not find `https://example.org`'],
        ),
      ),
      create({ name: 'Link', url: 'UnknownUid1', external: false }, invalid(['E4015'])),
    ],
  },
  {
    title: 'lengths of name and code',
    rule: 'document.validation',
    wire: '2.4',
    story: [
      create(link('n'.repeat(230)), { status: 201 }),
      create(
        link('n'.repeat(300)),
        invalid(['E4001'], ['Maximum length of property `name`is 230, but given length was 300']),
      ),
      create(link('Code', { code: 'c'.repeat(50) }), { status: 201 }),
      create(
        link('Code', { code: 'c'.repeat(51) }),
        invalid(['E4001'], ['Maximum length of property `code`is 50, but given length was 51']),
      ),
      create(
        link('n'.repeat(1_500)),
        invalid(['E4001'], ['Maximum length of property `name`is 230, but given length was 1,500']),
      ),
    ],
  },
  {
    title: 'uids of a wrong form and of a wrong length',
    rule: 'document.validation',
    wire: '2.3',
    story: [
      create(
        link('Uid', { id: 'TwelveChars1' }),
        invalid(
          ['E4002', 'E4014'],
          [
            'Allowed length range for property `id` is [11 to 11], but given length was 12',
            'Invalid UID `TwelveChars1` for property `Document`',
          ],
        ),
      ),
      create(
        link('Uid', { id: '1digitFirst' }),
        invalid(['E4014'], ['Invalid UID `1digitFirst` for property `Document`']),
      ),
      create(link('Uid', { id: 'has-hyphen1' }), invalid(['E4014'])),
    ],
  },
  {
    title: 'several faults at once, by code',
    rule: 'document.validation',
    wire: '2.3',
    story: [
      makeLink('DocTakenCod', 'Taken', { code: 'TAKEN' }),
      create({}, invalid(['E4000', 'E4000', 'E4000'])),
      create({ external: true, url: 'nowhere' }, invalid(['E4000', 'E4004'])),
      create({ url: 'UnknownUid1' }, invalid(['E4000', 'E4015'])),
      create(
        { name: 'n'.repeat(231), code: 'TAKEN', url: 'nowhere', external: true },
        invalid(['E4001', 'E4004', 'E5003']),
      ),
      create(
        { id: 'short', name: 'n'.repeat(231), url: 'nowhere', external: true },
        invalid(['E4001', 'E4002', 'E4004', 'E4014']),
      ),
      create(
        { id: 'short', code: 'TAKEN', url: 'https://example.org', external: true },
        invalid(['E4000', 'E4002', 'E4014', 'E5003']),
      ),
      // an empty text is read as none
      create(link(''), invalid(['E4000'], ['Missing required property `name`'])),
    ],
  },
  {
    title: 'a code that another document has, on create and on update',
    rule: 'document.validation',
    wire: '2.4',
    story: [
      makeLink('DocTakenCod', 'Taken', { code: 'TAKEN' }),
      makeLink('DocOtherCod', 'Other', { code: 'OTHER' }),
      create(
        link('Handbook', { id: 'DocHandbook', code: 'TAKEN' }),
        invalid(
          ['E5003'],
          [
            'Property `code` with value `TAKEN` on object Handbook [DocHandbook] (Document) already exists on object DocTakenCod',
          ],
        ),
      ),
      send('PUT', '/api/documents/DocOtherCod', link('Other', { code: 'TAKEN' }), invalid(['E5003'])),
      patch('/api/documents/DocOtherCod', [{ op: 'replace', path: '/code', value: 'TAKEN' }], invalid(['E5003'])),
      // its own is no other's
      send('PUT', '/api/documents/DocOtherCod', link('Other', { code: 'OTHER' }), UPDATED),
    ],
  },
  {
    title: 'an id that is taken',
    rule: 'document.validation',
    wire: '2.4',
    story: [
      makeLink('DocTakenUid', 'First'),
      create(link('First', { id: 'DocTakenUid' }), (version) =>
        invalid(
          ['E5000'],
          [
            `Found matching object for reference, but import ${version === '2.41' || version === '2.42' ? 'mode' : 'strategy'} is CREATE. Identifier was UID, and object was First [DocTakenUid] (Document).`,
          ],
        ),
      ),
    ],
  },
  {
    title: 'a file of any domain, stored or not; it becomes a DOCUMENT and assigned',
    rule: 'document.create',
    wire: '2.3',
    story: ['MESSAGE_ATTACHMENT', 'DATA_VALUE', 'JOB_DATA'].flatMap((domain) => [
      asFile(domain, upload(`domain=${domain}`, text('a.txt'))),
      create({ name: domain, url: `{{${domain}}}` }, { status: 201 }),
      get(`/api/fileResources/{{${domain}}}`, { status: 200, json: { domain: 'DOCUMENT', assigned: true } }),
    ]),
  },
  {
    title: 'a file that was a data value is open by its uid once it is a document',
    rule: 'document.data',
    wire: '1.10',
    story: [
      asFile('fr', upload('', text('a.txt'))),
      stored('fr'),
      get('/api/fileResources/{{fr}}/data', { status: 403 }),
      asObject('doc', create({ name: 'Doc', url: '{{fr}}' })),
      get('/api/fileResources/{{fr}}/data', { status: 200, text: 'some words\n' }),
      get('/api/documents/{{doc}}/data', { status: 200, text: 'some words\n' }),
    ],
  },
  {
    title: 'unknown members are ignored, the sharing is not taken over',
    rule: 'document.sharing',
    wire: '2.2',
    story: [
      create(link('Extra', { id: 'DocExtra001', colour: 'red', sharing: only(ADMIN, [['ReaderUser1', 'r-------']]) }), {
        status: 201,
        headers: { location: '{{base}}/api/documents/DocExtra001' },
      }),
      get('/api/documents/DocExtra001', {
        status: 200,
        json: {
          colour: undefined,
          attachment: false,
          sharing: { owner: ADMIN, public: 'rw------', users: {}, userGroups: {} },
        },
      }),
    ],
  },
  {
    title: 'public for whom may make public documents, private else',
    rule: 'document.access',
    wire: '2.2',
    story: [
      send('POST', '/api/documents', link('By keeper', { id: 'DocKeeper01' }), { status: 201 }, { auth: KEEPER }),
      send('POST', '/api/documents', link('By writer', { id: 'DocWriter01' }), { status: 201 }, { auth: WRITER }),
      send('POST', '/api/documents', link('By reader'), NO_CREATE, { auth: READER }),
      get('/api/documents/DocKeeper01?fields=sharing', {
        status: 200,
        json: { sharing: { owner: 'KeeperUser1', public: 'rw------' } },
      }),
      get('/api/documents/DocWriter01?fields=sharing', {
        status: 200,
        json: { sharing: { owner: 'WriterUser1', public: '--------' } },
      }),
      get(
        '/api/documents/DocKeeper01',
        { status: 200, json: { access: { read: true, write: false, update: false, delete: false } } },
        { auth: READER },
      ),
      get('/api/documents/DocWriter01', notFound('DocWriter01'), { auth: READER }),
    ],
  },
  {
    title: 'permission is asked before the content is looked at',
    rule: 'document.access',
    wire: '2.2',
    story: [send('POST', '/api/documents', { url: 'nowhere', external: true }, NO_CREATE, { auth: READER })],
  },
  {
    title: 'what one may not read is not there',
    rule: 'document.access',
    wire: '2.6',
    story: [
      makeLink('DocPrivat01', 'Private'),
      share('DocPrivat01', only(ADMIN)),
      get('/api/documents/DocPrivat01', notFound('DocPrivat01'), { auth: KEEPER }),
      get(
        '/api/documents/DocPrivat01/data',
        (version) => ({
          status: 404,
          errorCode: null,
          message: dataGone(version, 'DocPrivat01'),
          headers: { 'cache-control': null },
        }),
        { auth: KEEPER },
      ),
      request('DELETE', '/api/documents/DocPrivat01', notFound('DocPrivat01'), { auth: KEEPER }),
      // a superuser may
      get('/api/documents/DocPrivat01', { status: 200 }),
    ],
  },
  {
    title: 'what one may read only is not written',
    rule: 'document.access',
    wire: '2.2',
    story: [
      makeLink('DocShared01', 'Shared'),
      share('DocShared01', only(ADMIN, [['KeeperUser1', 'r-------']])),
      get(
        '/api/documents/DocShared01',
        { status: 200, json: { access: { manage: false, read: true, write: false, update: false, delete: false } } },
        { auth: KEEPER },
      ),
      send('PUT', '/api/documents/DocShared01', link('Mine'), NO_UPDATE, { auth: KEEPER }),
      patch('/api/documents/DocShared01', [{ op: 'replace', path: '/name', value: 'Mine' }], NO_UPDATE, {
        auth: KEEPER,
      }),
      request('DELETE', '/api/documents/DocShared01', notDeleted('DocShared01'), { auth: KEEPER }),
      share('DocShared01', only(ADMIN, [['KeeperUser1', 'rw------']])),
      send('PUT', '/api/documents/DocShared01', link('Mine'), UPDATED, { auth: KEEPER }),
      get('/api/documents/DocShared01?fields=name,sharing', {
        status: 200,
        json: { name: 'Mine', sharing: { owner: ADMIN, public: 'rw------', users: {} } },
      }),
      request('DELETE', '/api/documents/DocShared01', UPDATED, { auth: KEEPER }),
      get('/api/documents/DocShared01', notFound('DocShared01')),
    ],
  },
  {
    title: 'who may make documents may not delete them without F_DOCUMENT_DELETE',
    rule: 'document.delete',
    wire: '2.6',
    story: [
      send('POST', '/api/documents', link('Mine', { id: 'DocWriter01' }), { status: 201 }, { auth: WRITER }),
      request('DELETE', '/api/documents/DocWriter01', notDeleted('DocWriter01'), { auth: WRITER }),
      get('/api/documents/DocWriter01', { status: 200 }, { auth: WRITER }),
    ],
  },
  {
    title: 'sharing with an owner closes, without one opens',
    rule: 'document.sharing',
    wire: '2.2',
    story: [
      makeLink('DocShared01', 'Shared'),
      share('DocShared01', only(ADMIN)),
      get('/api/documents/DocShared01', { status: 404 }, { auth: READER }),
      share('DocShared01', { public: '--------', users: {}, userGroups: {} }),
      get('/api/documents/DocShared01?fields=sharing', {
        status: 200,
        json: { sharing: { owner: undefined, public: '--------' } },
      }),
      get('/api/documents/DocShared01', { status: 200 }, { auth: READER }),
      get(
        '/api/documents/DocShared01',
        { status: 200, json: { access: { manage: true, write: true, read: true, update: true, delete: true } } },
        { auth: KEEPER },
      ),
      share('DocShared01', only(ADMIN, [['ReaderUser1', 'r-------']])),
      get('/api/documents/DocShared01', { status: 200 }, { auth: READER }),
      get('/api/documents/DocShared01', { status: 404 }, { auth: WRITER }),
      get('/api/sharing?type=document&id=DocShared01', {
        status: 200,
        json: {
          object: {
            id: 'DocShared01',
            name: 'Shared',
            publicAccess: '--------',
            userGroupAccesses: [],
            userAccesses: [{ id: 'ReaderUser1', access: 'r-------' }],
          },
        },
      }),
    ],
  },
  {
    title: 'every update resets the sharing, whatever it says of it',
    rule: 'document.sharing',
    wire: '2.2',
    story: ['', '?skipSharing=true'].flatMap((query, i) => [
      makeLink(`DocReset00${i}`, 'Reset'),
      share(`DocReset00${i}`, only('KeeperUser1', [['ReaderUser1', 'r-------']])),
      send('PUT', `/api/documents/DocReset00${i}${query}`, link('Reset', { sharing: only('KeeperUser1') }), UPDATED),
      get(`/api/documents/DocReset00${i}?fields=sharing`, {
        status: 200,
        json: { sharing: { public: 'rw------', users: {}, userGroups: {} } },
      }),
      share(`DocReset00${i}`, only('KeeperUser1', [['ReaderUser1', 'r-------']])),
      patch(`/api/documents/DocReset00${i}${query}`, [{ op: 'replace', path: '/name', value: 'Again' }], UPDATED),
      get(`/api/documents/DocReset00${i}?fields=name,sharing`, {
        status: 200,
        json: { name: 'Again', sharing: { owner: 'KeeperUser1', public: 'rw------', users: {} } },
      }),
    ]),
  },
  {
    title: 'shared with a group, for its members only',
    rule: 'document.sharing',
    wire: '2.2',
    story: [
      send('POST', '/api/metadata', {
        userGroups: [{ id: 'GroupOfRead', name: 'Readers', users: [{ id: 'ReaderUser1' }] }],
      }),
      makeLink('DocGrouped1', 'Grouped'),
      share('DocGrouped1', {
        owner: ADMIN,
        public: '--------',
        users: {},
        userGroups: { GroupOfRead: { id: 'GroupOfRead', access: 'r-------' } },
      }),
      get('/api/documents/DocGrouped1', { status: 200 }, { auth: READER }),
      get('/api/documents/DocGrouped1', notFound('DocGrouped1'), { auth: KEEPER }),
      get('/api/documents/DocGrouped1?fields=sharing', {
        status: 200,
        json: { sharing: { userGroups: { GroupOfRead: { id: 'GroupOfRead', access: 'r-------' } } } },
      }),
    ],
  },
  {
    title: 'translations bypass the importer: an uploaded document takes them, and its sharing stays',
    rule: 'document.update',
    wire: '2.5',
    story: [
      ...storedText('fr'),
      asObject('doc', create({ name: 'Doc', url: '{{fr}}' })),
      share('{{doc}}', only(ADMIN)),
      send(
        'PUT',
        '/api/documents/{{doc}}/translations',
        { translations: [{ property: 'NAME', locale: 'fr', value: 'Le document' }] },
        { status: 204, empty: true },
      ),
      get('/api/documents/{{doc}}?fields=name,translations,sharing[public]', {
        status: 200,
        json: {
          name: 'Doc',
          translations: [{ property: 'NAME', locale: 'fr', value: 'Le document' }],
          sharing: { public: '--------' },
        },
      }),
    ],
  },
  {
    title: 'PUT replaces: what is left out is gone, the id of the body is overwritten',
    rule: 'document.update',
    wire: '2.5',
    story: [
      makeLink('DocPut00001', 'Before', { code: 'PUT-1', attachment: true, contentType: 'text/html' }),
      send('PUT', '/api/documents/DocPut00001', link('After', { id: 'DocOther001' }), UPDATED),
      get('/api/documents/DocPut00001', {
        status: 200,
        json: { id: 'DocPut00001', name: 'After', code: undefined, contentType: undefined, attachment: false },
      }),
      get('/api/documents/DocOther001', notFound('DocOther001')),
      send('PUT', '/api/documents/DocPut00001', { url: 'https://example.org', external: true }, invalid(['E4000'])),
      send('PUT', '/api/documents/DocPut00001', link('n'.repeat(231)), invalid(['E4001'])),
      send('PUT', '/api/documents/DocPut00001', link('After', { url: 'nowhere' }), invalid(['E4004'])),
    ],
  },
  {
    title: 'PATCH: add, replace, remove; the rest stays',
    rule: 'document.update',
    wire: '2.5',
    story: [
      makeLink('DocPatch001', 'Before', { code: 'PATCH-1' }),
      patch(
        '/api/documents/DocPatch001',
        [
          { op: 'replace', path: '/name', value: 'After' },
          { op: 'remove', path: '/code' },
          { op: 'add', path: '/contentType', value: 'text/html' },
        ],
        UPDATED,
      ),
      get('/api/documents/DocPatch001', {
        status: 200,
        json: {
          name: 'After',
          code: undefined,
          contentType: 'text/html',
          url: 'https://files.example.net/x',
          external: true,
        },
      }),
      patch('/api/documents/DocPatch001', [{ op: 'replace', path: '/url', value: 'nowhere' }], invalid(['E4004'])),
      patch('/api/documents/DocPatch001', [{ op: 'add', path: '/weight', value: 5 }], {
        status: 400,
        message: 'Property weight does not exist on Schema',
      }),
      patch('/api/documents/DocPatch001', [{ op: 'replace', path: '/storageKey', value: 'x' }], { status: 400 }),
      get('/api/documents/DocPatch001?fields=name,url', {
        status: 200,
        json: { name: 'After', url: 'https://files.example.net/x' },
      }),
    ],
  },
  {
    title: 'PUT, PATCH and DELETE of no document',
    rule: 'document.update',
    wire: '2.5',
    story: [
      send('PUT', '/api/documents/UnknownUid1', link('Any'), notFound('UnknownUid1')),
      patch('/api/documents/UnknownUid1', [{ op: 'replace', path: '/name', value: 'x' }], notFound('UnknownUid1')),
      request('DELETE', '/api/documents/UnknownUid1', notFound('UnknownUid1')),
    ],
  },
  {
    title: 'an uploaded document cannot keep its file, whoever updates it and however',
    rule: 'document.update',
    wire: '2.3',
    story: [
      ...storedText('fr'),
      asObject('doc', create({ name: 'Doc', url: '{{fr}}', attachment: true })),
      send('PUT', '/api/documents/{{doc}}', { name: 'Doc', url: '{{fr}}', attachment: true }, invalid(['E4016'])),
      patch('/api/documents/{{doc}}', [{ op: 'add', path: '/code', value: 'X' }], invalid(['E4016'])),
      send('PUT', '/api/documents/{{doc}}', { name: 'Doc', url: 'UnknownUid1' }, invalid(['E4015'])),
      send(
        'PUT',
        '/api/documents/{{doc}}',
        { name: 'Doc', url: '{{fr}}' },
        { status: 409, reports: ['E4016'] },
        { auth: KEEPER },
      ),
      get('/api/documents/{{doc}}?fields=name,attachment', { status: 200, json: { name: 'Doc', attachment: true } }),
      // the way of a superuser
      send(
        'PUT',
        '/api/documents/{{doc}}?skipValidation=true',
        { name: 'Renamed', url: '{{fr}}', attachment: true },
        { status: 200, json: { response: undefined } },
      ),
      get('/api/documents/{{doc}}?fields=name,sharing', {
        status: 200,
        json: { name: 'Renamed', sharing: { public: 'rw------' } },
      }),
    ],
  },
  {
    title: 'a new file by PUT or PATCH leaves the old one assigned',
    rule: 'document.update',
    wire: '2.3',
    story: [
      ...storedText('one'),
      ...storedText('two'),
      asFile('three', upload('', text('three.txt'))),
      asObject('doc', create({ name: 'Doc', url: '{{one}}' })),
      send('PUT', '/api/documents/{{doc}}', { name: 'Doc', url: '{{two}}' }, UPDATED),
      patch('/api/documents/{{doc}}', [{ op: 'replace', path: '/url', value: '{{three}}' }], UPDATED),
      ...['one', 'two', 'three'].map((fr) =>
        get(`/api/fileResources/{{${fr}}}`, { status: 200, json: { assigned: true, domain: 'DOCUMENT' } }),
      ),
      request('DELETE', '/api/documents/{{doc}}', UPDATED),
      get('/api/fileResources/{{three}}', { status: 200, json: { assigned: false } }),
      get('/api/fileResources/{{two}}', { status: 200, json: { assigned: true } }),
      stored('three'),
      get('/api/fileResources/{{three}}/data', { status: 200, text: 'some words\n' }),
    ],
  },
  {
    title: 'a document may be deleted and made again with the same id and file',
    rule: 'document.delete',
    wire: '2.3',
    story: [
      ...storedText('fr'),
      create({ id: 'DocAgain001', name: 'Once', url: '{{fr}}' }, { status: 201 }),
      request('DELETE', '/api/documents/DocAgain001', UPDATED),
      create({ id: 'DocAgain001', name: 'Twice', url: '{{fr}}' }, { status: 201 }),
      get('/api/documents/DocAgain001/data', { status: 200, text: 'some words\n' }),
    ],
  },
  {
    title: 'other content types',
    rule: 'document.body',
    wire: '2.4',
    story: [
      ...['text/plain', 'application/pdf', 'application/x-www-form-urlencoded'].map((type) =>
        request('POST', '/api/documents', unsupported(type), { body: { type, text: '{}' } }),
      ),
      makeLink('DocTypes001', 'Types'),
      request('PATCH', '/api/documents/DocTypes001', unsupported('application/json'), {
        body: { type: 'application/json', text: '[]' },
      }),
      request('PUT', '/api/documents/DocTypes001', unsupported('text/plain'), {
        body: { type: 'text/plain', text: '{}' },
      }),
      request(
        'POST',
        '/api/documents',
        { status: 415 },
        { headers: { 'Content-Type': null }, body: { type: 'application/json', text: '{}' } },
      ),
      request(
        'POST',
        '/api/documents',
        { status: 201 },
        { body: { type: 'application/json;charset=UTF-8', text: JSON.stringify(link('Charset')) } },
      ),
    ],
  },
  {
    title: 'a body of no object, and none',
    rule: 'document.body',
    wire: '2.4',
    story: [
      request(
        'POST',
        '/api/documents',
        { status: 409, errorCode: null },
        { body: { type: 'application/json', text: '{"name": "x"' } },
      ),
      request(
        'POST',
        '/api/documents',
        { status: 409, errorCode: null },
        { body: { type: 'application/json', text: 'not json' } },
      ),
      request('POST', '/api/documents', typeError, { body: { type: 'application/json', text: '' } }),
      create({ name: 'T', url: 'https://example.org', external: 'perhaps' }, typeError),
      create({ name: 'T', url: 'https://example.org', external: true, attachment: {} }, typeError),
    ],
  },
  {
    title: 'importMode=VALIDATE makes nothing',
    rule: 'document.create',
    wire: '2.4',
    story: [
      send('POST', '/api/documents?importMode=VALIDATE', link('Dry', { id: 'DocDryRun01' }), { status: 201 }),
      get('/api/documents/DocDryRun01', notFound('DocDryRun01')),
      send('POST', '/api/documents?importMode=VALIDATE', link(''), invalid(['E4000'])),
    ],
  },
  {
    title: 'data of external documents is elsewhere',
    rule: 'document.data',
    wire: '2.7',
    story: [
      makeLink('DocAway0001', 'Away', { url: 'https://example.org/a?b=c#d' }),
      get('/api/documents/DocAway0001/data', {
        status: 302,
        empty: true,
        headers: { location: 'https://example.org/a?b=c#d', 'content-length': '0' },
      }),
      request('HEAD', '/api/documents/DocAway0001/data', {
        status: 302,
        empty: true,
        headers: { location: 'https://example.org/a?b=c#d' },
      }),
      get('/api/documents/DocAway0001/data', { status: 302 }, { auth: READER }),
    ],
  },
  {
    title: 'data of uploaded documents: the name and type of the file',
    rule: 'document.data',
    wire: '2.7',
    story: [
      asFile('fr', upload('domain=DOCUMENT', { filename: 'the file.csv', type: 'text/csv', text: 'a,b\n' })),
      stored('fr'),
      create(
        { id: 'DocNamed001', name: 'The document', url: '{{fr}}', attachment: true, contentType: 'text/html' },
        { status: 201 },
      ),
      get('/api/documents/DocNamed001/data', {
        status: 200,
        text: 'a,b\n',
        headers: {
          'content-disposition': 'filename=the file.csv',
          'content-type': 'text/csv;charset=UTF-8',
          'cache-control': null,
          'x-content-type-options': 'nosniff',
        },
      }),
      get('/api/documents/DocNamed001', { status: 200, json: { contentType: 'text/html' } }),
      // not a page for a narrow Accept: the answer insists on JSON
      get(
        '/api/documents/UnknownUid1/data',
        { status: 404, json: { httpStatusCode: 404 } },
        { headers: { Accept: 'image/png' } },
      ),
    ],
  },
  {
    title: 'the ETag of the body, where the filter runs',
    rule: 'headers.caching',
    wire: '8.7',
    story: [
      ...storedText('fr'),
      create({ id: 'DocEtag0001', name: 'Etag', url: '{{fr}}' }, { status: 201 }),
      get('/api/documents/DocEtag0001/data', (version) => ({
        status: 200,
        headers: { etag: filtered(version) ? '"0{{bodyMd5}}"' : null },
      })),
      get(
        '/api/documents/DocEtag0001/data',
        (version) => (filtered(version) ? { status: 304, empty: true } : { status: 200, text: 'some words\n' }),
        { headers: { 'If-None-Match': '"045964b9bd050e6da6c993358866ecac3"' } },
      ),
      get(
        '/api/documents/DocEtag0001/data',
        { status: 200, text: 'some words\n' },
        { headers: { 'If-None-Match': '"0ffffffffffffffffffffffffffffffff"' } },
      ),
      get('/api/documents/DocEtag0001', (version) => ({
        status: 200,
        headers: { 'cache-control': 'no-cache, private', etag: filtered(version) ? '"0{{bodyMd5}}"' : null },
      })),
      get('/api/fileResources/{{fr}}', { status: 200, headers: { etag: null, 'cache-control': null } }),
    ],
  },
  {
    title: 'a document by what is no uid',
    rule: 'document.data',
    wire: '2.8',
    versions: EARLY,
    story: [
      get('/api/documents/xyz', (version) =>
        version === '2.41' ? notFound('xyz') : { status: 405, message: "Request method 'GET' is not supported" },
      ),
      get('/api/documents/1digitFirst', notFound('1digitFirst')),
    ],
  },
  {
    title: 'a document by a uid that starts with a digit',
    rule: 'document.data',
    wire: '2.8',
    versions: LATE,
    story: [get('/api/documents/1digitFirst', { status: 400 })],
  },
]

function notDeleted(uid: string): Expected {
  return {
    status: 409,
    message: 'One or more errors occurred, please see full details in import report.',
    reports: [],
    json: { status: 'WARNING', response: { responseType: 'ObjectReport', uid } },
  }
}

function dataGone(version: string, uid: string): string {
  return version === '2.41' || version === '2.42'
    ? `Document not found for uid: ${uid}`
    : `Document not found or not accessible: '${uid}'`
}

function unsupported(type: string) {
  return (version: string): Expected => ({
    status: 415,
    message: version === '2.41' ? `Content type '${type}' not supported` : `Content-Type '${type}' is not supported`,
  })
}

function typeError(version: string): Expected {
  return { status: version === '2.41' || version === '2.42' ? 500 : 409, errorCode: null, json: { status: 'ERROR' } }
}

function filtered(version: string): boolean {
  return version === '2.41' || version === '2.44'
}
