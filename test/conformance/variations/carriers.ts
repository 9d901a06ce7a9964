import {
  type Expected,
  READER,
  type Scene,
  type Variation,
  asFile,
  get,
  patch,
  request,
  send,
  stored,
  storedText,
  text,
  upload,
} from './variation.js'

const ICON = { filename: 'i.png', type: 'image/png', fixture: 'icon.png' } as const
const PICTURE = { filename: 'p.jpg', type: 'image/jpeg', fixture: 'photo.jpg' } as const
const file = (variable: string, query: string, part: Parameters<typeof upload>[1], options = {}): Scene[] => [
  asFile(variable, upload(query, part, undefined, options)),
  stored(variable),
]
const attachment = (variable: string) => file(variable, 'domain=MESSAGE_ATTACHMENT', text(`${variable}.txt`))
const SENT: Expected = {
  status: 201,
  message: 'Message conversation created',
  headers: { location: /^\{\{base\}\}\/api\/messageConversations\/(\{\{\w+\}\}|\w{11})$/ },
}
const message = (attachments: readonly string[], more = {}) => ({
  subject: 'News',
  text: 'See there',
  users: [{ id: 'KeeperUser1' }],
  attachments: attachments.map((id) => ({ id })),
  ...more,
})
const conflict = (text: string): Expected => ({ status: 409, errorCode: 'E1004', message: text })
const bad = (message: string | RegExp): Expected => ({ status: 400, errorCode: 'E1003', message })
const ORG_UNIT = send('POST', '/api/metadata', {
  organisationUnits: [{ id: 'OrgUnitVar1', name: 'Place', shortName: 'Place', openingDate: '2020-01-01T00:00:00.000' }],
})

export const CARRIERS: readonly Variation[] = [
  {
    title: 'attachments are used once, in a message or a reply',
    rule: 'message.attachments',
    wire: '5.1',
    story: [
      ...attachment('one'),
      ...attachment('two'),
      {
        ...send('POST', '/api/messageConversations', message(['{{one}}', '{{two}}']), SENT),
        capture: { conv: '@location' },
      },
      get('/api/fileResources/{{one}}', { status: 200, json: { assigned: true, domain: 'MESSAGE_ATTACHMENT' } }),
      request(
        'POST',
        '/api/messageConversations/{{conv}}?attachments={{one}}',
        conflict("Attachment '{{one}}' is already used or not a valid attachment."),
        {
          body: { type: 'text/plain', text: 'again' },
        },
      ),
      request(
        'POST',
        '/api/messageConversations/{{conv}}?attachments=UnknownUid1',
        conflict("Attachment 'UnknownUid1' not found."),
        {
          body: { type: 'text/plain', text: 'again' },
        },
      ),
      request('POST', '/api/messageConversations/{{conv}}', SENT, { body: { type: 'text/plain', text: 'without' } }),
    ],
  },
  {
    title: 'attachments for who takes part, and no other files',
    rule: 'message.attachments',
    wire: '5.1',
    story: [
      ...attachment('fr'),
      ...storedText('doc'),
      { ...send('POST', '/api/messageConversations', message(['{{fr}}']), SENT), capture: { conv: '@location' } },
      { ...get('/api/messageConversations/{{conv}}?fields=messages[id]'), capture: { msg: 'messages.0.id' } },
      get(
        '/api/messageConversations/{{conv}}/{{msg}}/attachments/{{fr}}',
        { status: 200, text: 'some words\n', headers: { 'content-disposition': 'filename=fr.txt' } },
        { auth: { basic: 'keeper:Secret-123' } },
      ),
      get(
        '/api/messageConversations/{{conv}}/{{msg}}/attachments/{{fr}}',
        { status: 403, errorCode: 'E1006', message: 'Not authorized to access this conversation.' },
        { auth: READER },
      ),
      get('/api/messageConversations/{{conv}}/{{msg}}/attachments/{{doc}}', {
        status: 404,
        errorCode: null,
        message: "No messageattachment found with id '{{doc}}'",
      }),
      get('/api/messageConversations/{{conv}}/{{msg}}/attachments/UnknownUid1', {
        status: 404,
        errorCode: null,
        message: "No messageattachment found with id 'UnknownUid1'",
      }),
    ],
  },
  {
    title: 'an attachment that is not stored yet may be sent',
    rule: 'message.attachments',
    wire: '5.1',
    settings: { storageDelay: 'never' },
    story: [
      asFile('fr', upload('domain=MESSAGE_ATTACHMENT', text('a.txt'))),
      { ...send('POST', '/api/messageConversations', message(['{{fr}}']), SENT), capture: { conv: '@location' } },
      { ...get('/api/messageConversations/{{conv}}?fields=messages[id]'), capture: { msg: 'messages.0.id' } },
      get('/api/messageConversations/{{conv}}/{{msg}}/attachments/{{fr}}', { status: 500 }),
    ],
  },
  {
    title: 'keys of icons',
    rule: 'icon.write',
    wire: '5.2',
    story: [
      ...file('fr', 'domain=ICON', ICON),
      send(
        'POST',
        '/api/icons',
        { description: 'x', keywords: [], fileResourceId: '{{fr}}' },
        bad('Icon key not specified.'),
      ),
      ...['with blank', 'slash/ed', 'dot.ted', 'ümlaut'].map((key) =>
        send(
          'POST',
          '/api/icons',
          { key, keywords: [], fileResourceId: '{{fr}}' },
          bad(new RegExp(`^Icon key ${key} is not valid\\.`)),
        ),
      ),
      send(
        'POST',
        '/api/icons',
        { key: 'Good_one-2+3', keywords: ['a'], fileResourceId: '{{fr}}' },
        {
          status: 201,
          message: 'Icon created with key Good_one-2+3',
          headers: { location: null },
          json: { response: undefined },
        },
        { auth: READER },
      ),
      send(
        'POST',
        '/api/icons',
        { key: 'Good_one-2+3', keywords: [], fileResourceId: '{{fr}}' },
        bad('Icon with key Good_one-2+3 already exists.'),
      ),
      get('/api/fileResources/{{fr}}', { status: 200, json: { assigned: true } }),
    ],
  },
  {
    title: 'the file of an icon has to be there',
    rule: 'icon.write',
    wire: '5.2',
    settings: { storageDelay: 'never' },
    story: [
      send(
        'POST',
        '/api/icons',
        { key: 'none', keywords: [], fileResourceId: 'UnknownUid1' },
        { status: 404, message: 'FileResource with id UnknownUid1 could not be found.' },
      ),
      asFile('fr', upload('domain=ICON', ICON)),
      send(
        'POST',
        '/api/icons',
        { key: 'pending', keywords: [], fileResourceId: '{{fr}}' },
        { status: 404, message: 'FileResource with id {{fr}} could not be found.' },
      ),
    ],
  },
  {
    title: 'icons: read, change, delete, and none of those that are not there',
    rule: 'icon.write',
    wire: '5.2',
    story: [
      ...file('fr', 'domain=ICON', ICON),
      send(
        'POST',
        '/api/icons',
        { key: 'bell', description: 'A bell', keywords: ['ring', 'tone'], fileResourceId: '{{fr}}' },
        { status: 201 },
      ),
      get('/api/icons/bell', {
        status: 200,
        json: {
          key: 'bell',
          description: 'A bell',
          custom: true,
          href: '{{base}}/api/icons/bell/icon',
          fileResource: { id: '{{fr}}' },
        },
      }),
      get(
        '/api/icons/bell/icon',
        {
          status: 200,
          image: { type: 'png', width: 48, height: 48 },
          headers: { 'cache-control': 'max-age=31536000', 'content-disposition': 'filename=i.png' },
        },
        { auth: READER },
      ),
      get('/api/icons/bell/icon.svg', { status: 302, headers: { location: /\/api\/icons\/bell\/icon$/ } }),
      send(
        'PUT',
        '/api/icons/bell',
        { key: 'bell', description: 'Two bells', keywords: ['ring'] },
        { status: 200, message: 'Icon with key bell updated' },
      ),
      get('/api/icons?keys=bell&fields=key,description,keywords', {
        status: 200,
        json: { icons: [{ key: 'bell', description: 'Two bells', keywords: ['ring'] }] },
      }),
      send(
        'PUT',
        '/api/icons/gong',
        { key: 'gong', keywords: [] },
        { status: 404, errorCode: 'E1005', message: 'Icon with id gong could not be found.' },
      ),
      request('DELETE', '/api/icons/gong', {
        status: 404,
        errorCode: 'E1005',
        message: 'Icon with id gong could not be found.',
      }),
      request('DELETE', '/api/icons/bell', { status: 200, message: 'Icon with key bell deleted' }),
      get('/api/icons/bell', { status: 404, errorCode: 'E1005' }),
      get('/api/icons/bell/icon', { status: 404 }),
      get('/api/fileResources/{{fr}}', { status: 200, json: { assigned: false } }),
    ],
  },
  {
    title: 'lists of icons',
    rule: 'icon.list',
    wire: '5.2',
    story: [
      ...['ash', 'birch', 'cedar'].flatMap((key, i) => [
        ...file(key, 'domain=ICON', ICON),
        send('POST', '/api/icons', {
          key: `tree_${key}`,
          description: `A ${key}`,
          keywords: ['tree', i === 1 ? 'white' : 'dark'],
          fileResourceId: `{{${key}}}`,
        }),
      ]),
      get('/api/icons?type=CUSTOM&fields=key&order=key:asc', {
        status: 200,
        json: { pager: { page: 1, total: 3, pageSize: 50, pageCount: 1 }, icons: keys('ash', 'birch', 'cedar') },
      }),
      get('/api/icons?type=custom&fields=key&order=key:desc', {
        status: 200,
        json: { icons: keys('cedar', 'birch', 'ash') },
      }),
      get('/api/icons?type=CUSTOM&fields=key&order=key:asc&page=2&pageSize=2', {
        status: 200,
        json: { pager: { page: 2, total: 3, pageSize: 2, pageCount: 2 }, icons: keys('cedar') },
      }),
      get('/api/icons?type=CUSTOM&fields=key&order=key:asc&paging=false', {
        status: 200,
        json: { pager: undefined, icons: keys('ash', 'birch', 'cedar') },
      }),
      get('/api/icons?keywords=white&fields=key', { status: 200, json: { icons: keys('birch') } }),
      get('/api/icons?keys=tree_ash,tree_cedar&fields=key&order=key:asc', {
        status: 200,
        json: { icons: keys('ash', 'cedar') },
      }),
      get('/api/icons?type=CUSTOM&search=cedar&fields=key', { status: 200, json: { icons: keys('cedar') } }),
      get('/api/icons?order=weight:asc', { status: 400 }),
    ],
  },
  {
    title: 'icons that DHIS2 brings are not changed',
    rule: 'icon.write',
    wire: '5.2',
    story: [
      { ...get('/api/icons?type=DEFAULT&fields=key&pageSize=1', { status: 200 }), capture: { key: 'icons.0.key' } },
      send(
        'PUT',
        '/api/icons/{{key}}',
        { key: '{{key}}', keywords: [] },
        { status: 400, message: /^Not allowed to update default icon/ },
      ),
      request('DELETE', '/api/icons/{{key}}', { status: 400, message: /^Not allowed to delete default icon/ }),
      get('/api/fileResources?filter=domain:eq:ICON&filter=contentType:eq:image/svg%2Bxml&pageSize=1&fields=name', {
        status: 200,
        json: { fileResources: [{ name: /^icon_/ }] },
      }),
    ],
  },
  {
    title: 'avatars: set, kept, replaced, removed',
    rule: 'avatar.set',
    wire: '5.3',
    story: [
      ...file('one', 'domain=USER_AVATAR', PICTURE, { auth: READER }),
      ...file('two', 'domain=USER_AVATAR', PICTURE, { auth: READER }),
      send(
        'PUT',
        '/api/me',
        { avatar: { id: '{{one}}' } },
        { status: 200, json: { username: 'reader', avatar: { id: '{{one}}' } } },
        { auth: READER },
      ),
      get(
        '/api/fileResources/{{one}}/data',
        { status: 200, image: { type: 'jpeg', width: 200, height: 150 } },
        { auth: READER },
      ),
      send(
        'PUT',
        '/api/me',
        { firstName: 'Rita' },
        { status: 200, json: { avatar: { id: '{{one}}' } } },
        { auth: READER },
      ),
      send(
        'PUT',
        '/api/me',
        { avatar: { id: '{{two}}' } },
        { status: 200, json: { avatar: { id: '{{two}}' } } },
        { auth: READER },
      ),
      get('/api/fileResources/{{one}}', { status: 200, json: { assigned: false } }),
      get('/api/fileResources/{{two}}', { status: 200, json: { assigned: true } }),
      get('/api/fileResources/{{one}}/data', { status: 403 }, { auth: READER }),
      request('DELETE', '/api/me/avatar', { status: 204, empty: true }, { auth: READER }),
      get('/api/me?fields=id,avatar', { status: 200, onlyMembers: ['id'] }, { auth: READER }),
    ],
  },
  {
    title: 'avatars that are not there, or not ours',
    rule: 'avatar.set',
    wire: '5.3',
    story: [
      send('PUT', '/api/me', { avatar: { id: 'UnknownUid1' } }, conflict('File does not exist')),
      ...file('fr', 'domain=USER_AVATAR', PICTURE, { auth: READER }),
      send('PUT', '/api/me', { avatar: { id: '{{fr}}' } }, conflict('Not the owner of the file')),
    ],
  },
  {
    title: 'images of org units: set, replaced, removed, for everybody',
    rule: 'org-unit-image.set',
    wire: '5.4',
    story: [
      ORG_UNIT,
      ...file('one', 'domain=ORG_UNIT', PICTURE),
      ...file('two', 'domain=ORG_UNIT', PICTURE),
      patch('/api/organisationUnits/OrgUnitVar1', [{ op: 'add', path: '/image', value: { id: '{{one}}' } }], {
        status: 200,
      }),
      get('/api/organisationUnits/OrgUnitVar1?fields=image', { status: 200, json: { image: { id: '{{one}}' } } }),
      patch('/api/organisationUnits/OrgUnitVar1', [{ op: 'replace', path: '/image', value: { id: '{{two}}' } }], {
        status: 200,
      }),
      get('/api/fileResources/{{one}}', { status: 200, json: { assigned: false } }),
      get('/api/fileResources/{{two}}', { status: 200, json: { assigned: true } }),
      get(
        '/api/fileResources/{{two}}/data?dimension=SMALL',
        { status: 200, image: { type: 'jpeg', width: 256, height: 192 } },
        { auth: READER },
      ),
      patch('/api/organisationUnits/OrgUnitVar1', [{ op: 'remove', path: '/image' }], { status: 200 }),
      get('/api/organisationUnits/OrgUnitVar1?fields=id,image', { status: 200, onlyMembers: ['id'] }),
      get('/api/fileResources/{{two}}', { status: 200, json: { assigned: false } }),
    ],
  },
  {
    title: 'an image that does not exist, by PATCH and by PUT of the whole unit',
    rule: 'org-unit-image.set',
    wire: '5.4',
    story: [
      ORG_UNIT,
      patch('/api/organisationUnits/OrgUnitVar1', [{ op: 'add', path: '/image', value: { id: 'UnknownUid1' } }], {
        status: 409,
        reports: ['E5002'],
      }),
      ...file('fr', 'domain=ORG_UNIT', PICTURE),
      send(
        'PUT',
        '/api/organisationUnits/OrgUnitVar1',
        { name: 'Place', shortName: 'Place', openingDate: '2020-01-01T00:00:00.000', image: { id: '{{fr}}' } },
        { status: 200 },
      ),
      get('/api/organisationUnits/OrgUnitVar1?fields=image', { status: 200, json: { image: { id: '{{fr}}' } } }),
      patch('/api/organisationUnits/UnknownUid1', [{ op: 'remove', path: '/image' }], {
        status: 404,
        errorCode: 'E1005',
      }),
    ],
  },
]

function keys(...names: string[]): { key: string }[] {
  return names.map((name) => ({ key: `tree_${name}` }))
}
