import { EARLY, LATE, READER, type Expected, type Variation, get, makeLink, request, send } from './variation.js'

const UNAUTHORIZED: Expected = {
  status: 401,
  message: 'Unauthorized',
  errorCode: null,
  headers: { 'www-authenticate': null, 'cache-control': null },
}
const LOGIN_PAGES = {
  '2.41': '{{base}}/dhis-web-login',
  '2.42': '{{base}}/dhis-web-login/',
  '2.43': '{{base}}/login/',
  '2.44': '/login/',
}
const ROUTES = [
  '/api/documents',
  '/api/fileResources',
  '/api/me',
  '/api/system/info',
  '/api/documents/UnknownUid1/data',
]
const BROWSER = { auth: 'none', headers: { 'X-Requested-With': null } } as const

export const ACCESS: readonly Variation[] = [
  {
    title: 'nobody is told 401, or sent to the login page',
    rule: 'access.sign-in',
    wire: '8.1',
    story: [
      ...ROUTES.map((route) => get(route, UNAUTHORIZED, { auth: 'none' })),
      ...ROUTES.map((route) =>
        get(route, (version) => ({ status: 302, headers: { location: LOGIN_PAGES[version] } }), BROWSER),
      ),
      request('DELETE', '/api/documents/UnknownUid1', UNAUTHORIZED, { auth: 'none' }),
      send(
        'POST',
        '/api/documents',
        {},
        (version) => ({ status: 302, headers: { location: LOGIN_PAGES[version] } }),
        BROWSER,
      ),
      get('/api/ping', { status: 200, empty: true }, { auth: 'none' }),
    ],
  },
  {
    title: 'wrong and broken Basic credentials',
    rule: 'access.sign-in',
    wire: '8.1',
    story: [
      get('/api/me', UNAUTHORIZED, { auth: { basic: 'admin:wrong' } }),
      get('/api/me', UNAUTHORIZED, { auth: { basic: 'nobody:district' } }),
      get('/api/me', UNAUTHORIZED, { auth: { basic: 'admin:' } }),
      get('/api/me', { status: 401 }, { auth: 'none', headers: { Authorization: 'Basic !!!' } }),
      get('/api/me', { status: 200 }, { auth: { basic: 'admin:district' } }),
    ],
  },
  {
    title: 'a session by its cookie, alone and beside other credentials',
    rule: 'access.sign-in',
    wire: '8.1',
    story: [
      {
        ...send(
          'POST',
          '/api/auth/login',
          { username: 'reader', password: 'Secret-123' },
          { status: 200, json: { loginStatus: 'SUCCESS' } },
          { auth: 'none' },
        ),
        capture: { cookie: '@cookie' },
      },
      get('/api/me?fields=username', { status: 200, json: { username: 'reader' } }, { auth: { cookie: '{{cookie}}' } }),
      get('/api/me', UNAUTHORIZED, { auth: { cookie: 'JSESSIONID=0123456789ABCDEF0123456789ABCDEF' } }),
      // a stale cookie beside credentials is harmless
      get(
        '/api/me?fields=username',
        { status: 200, json: { username: 'reader' } },
        { auth: READER, headers: { Cookie: 'JSESSIONID=stale' } },
      ),
    ],
  },
  {
    title: 'a login that fails',
    rule: 'access.sign-in',
    wire: '8.1',
    story: [
      send(
        'POST',
        '/api/auth/login',
        { username: 'reader', password: 'nope' },
        { status: 401, message: 'Bad credentials' },
        { auth: 'none' },
      ),
      send(
        'POST',
        '/api/auth/login',
        { username: 'nobody', password: 'nope' },
        { status: 401, message: 'Bad credentials' },
        { auth: 'none' },
      ),
    ],
  },
  {
    title: 'tokens by a scheme in any case; of a wrong sum or form',
    rule: 'access.sign-in',
    wire: '8.1',
    story: [
      {
        ...send('POST', '/api/apiToken', {
          name: 'one',
          version: 2,
          type: 'PERSONAL_ACCESS_TOKEN_V2',
          expire: 4_102_444_800_000,
        }),
        capture: { pat: 'response.key' },
      },
      ...['ApiToken', 'apitoken', 'APITOKEN'].map((scheme) =>
        get(
          '/api/me?fields=username',
          { status: 200, json: { username: 'admin' } },
          { auth: 'none', headers: { Authorization: `${scheme} {{pat}}` } },
        ),
      ),
      get('/api/me', { status: 400, headers: { 'www-authenticate': 'ApiToken' } }, { auth: { token: 'd2p_wrong' } }),
      get(
        '/api/me',
        { status: 400, headers: { 'www-authenticate': 'ApiToken' } },
        { auth: { token: `d2p_${'b'.repeat(44)}0123456789` } },
      ),
    ],
  },
  {
    title: 'sessions that a request with Basic or a token begins',
    rule: 'access.sign-in',
    wire: '8.1',
    story: [
      { ...get('/api/me?fields=username', undefined, { auth: READER }), capture: { cookie: '@cookie' } },
      get('/api/me?fields=username', { status: 200, json: { username: 'reader' } }, { auth: { cookie: '{{cookie}}' } }),
    ],
  },
  {
    title: 'uids by the number',
    rule: 'system',
    wire: '8.4',
    story: [
      ...['id', 'uid'].flatMap((route) => [
        get(`/api/system/${route}?limit=0`, { status: 200, json: { codes: [] } }),
        get(`/api/system/${route}?limit=1`, { status: 200, json: { codes: [expectUid()] } }),
        get(`/api/system/${route}?limit=3`, { status: 200, json: { codes: [expectUid(), expectUid(), expectUid()] } }),
      ]),
      get('/api/system/ping', { status: 200, text: 'pong' }),
    ],
  },
  {
    title: 'who one is',
    rule: 'system',
    wire: '8.4',
    story: [
      get(
        '/api/me?fields=id,username,authorities',
        { status: 200, json: { id: 'KeeperUser1', username: 'keeper' } },
        { auth: { basic: 'keeper:Secret-123' } },
      ),
      get('/api/me?fields=id,avatar', { status: 200, onlyMembers: ['id'] }, { auth: READER }),
    ],
  },
  {
    title: 'the version that the server says',
    rule: 'system',
    wire: '8.4',
    story: [
      get('/api/system/info', (version) => ({
        status: 200,
        headers: { 'cache-control': /no-store/ },
        json: { version: versionLike(version), calendar: 'iso8601' },
      })),
    ],
  },
  {
    title: 'version prefixes of 2.41 and 2.42, kept in what they answer',
    rule: 'paths.version',
    wire: '8.3',
    versions: EARLY,
    story: [
      ...[28, 35, 41, 42].map((n) => get(`/api/${n}/documents`, { status: 200 })),
      ...[27, 43, 99].map((n) => get(`/api/${n}/documents`, { status: 404 })),
      send(
        'POST',
        '/api/42/documents',
        { id: 'DocPrefix01', name: 'P', url: 'https://example.org', external: true },
        {
          status: 201,
          headers: { location: '{{base}}/api/42/documents/DocPrefix01' },
        },
      ),
      get('/api/42/documents/DocPrefix01?fields=href', {
        status: 200,
        json: { href: '{{base}}/api/42/documents/DocPrefix01' },
      }),
      makeLink('DocPrefix02', 'Q'),
      get('/api/40/documents?pageSize=1&fields=id', {
        status: 200,
        json: { pager: { nextPage: '{{base}}/api/40/documents?page=2&pageSize=1&fields=id' } },
      }),
    ],
  },
  {
    title: 'version prefixes of 2.43 and 2.44, dropped in what they answer',
    rule: 'paths.version',
    wire: '8.3',
    versions: LATE,
    story: [
      ...[28, 42, 43].map((n) => get(`/api/${n}/documents`, { status: 200 })),
      get('/api/44/documents', (version) => ({ status: version === '2.44' ? 200 : 404 })),
      ...[27, 45, 99].map((n) => get(`/api/${n}/documents`, { status: 404 })),
      send(
        'POST',
        '/api/43/documents',
        { id: 'DocPrefix01', name: 'P', url: 'https://example.org', external: true },
        {
          status: 201,
          headers: { location: '{{base}}/api/documents/DocPrefix01' },
        },
      ),
      get('/api/43/documents/DocPrefix01?fields=href', {
        status: 200,
        json: { href: '{{base}}/api/documents/DocPrefix01' },
      }),
      get('/api/43/fileResources/UnknownUid1', { status: 404, errorCode: 'E1005' }),
    ],
  },
  {
    title: 'a suffix or a slash at the end',
    rule: 'paths.suffix',
    wire: '8.3',
    story: [
      makeLink('DocSuffix01', 'Suffix'),
      get('/api/documents.json?fields=name', { status: 200, rows: ['Suffix'] }),
      get('/api/documents/?fields=name', { status: 200, rows: ['Suffix'] }),
      get('/api/documents/DocSuffix01.json', { status: 200, json: { name: 'Suffix' } }),
      get('/api/documents/DocSuffix01/', { status: 200, json: { name: 'Suffix' } }),
      get('/api/fileResources.json', { status: 200 }),
      get('/api/fileResources/', { status: 200 }),
      get('/api/me.json?fields=username', { status: 200, json: { username: 'admin' } }),
      get('/api/system/info.json', { status: 200, json: { calendar: 'iso8601' } }),
    ],
  },
  {
    title: 'a context path before everything, in links and redirects too',
    rule: 'paths.context',
    wire: '8.3',
    settings: { contextPath: '/dhis' },
    story: [
      send(
        'POST',
        '/api/documents',
        { id: 'DocContext1', name: 'C', url: 'https://example.org', external: true },
        {
          status: 201,
          headers: { location: '{{base}}/dhis/api/documents/DocContext1' },
        },
      ),
      get('/api/documents/DocContext1?fields=href', {
        status: 200,
        json: { href: '{{base}}/dhis/api/documents/DocContext1' },
      }),
      makeLink('DocContext2', 'D'),
      get('/api/documents?fields=id&pageSize=1&gist=false', {
        status: 200,
        json: { pager: { nextPage: /^\{\{base\}\}\/dhis\/api\/documents\?page=2&pageSize=1&/ } },
      }),
      get('/api/system/info', { status: 200, json: { contextPath: '{{base}}/dhis' } }),
      get(
        '/api/me',
        (version) => ({
          status: 302,
          headers: { location: LOGIN_PAGES[version].replace(/(?=\/(dhis-web-)?login)/, '/dhis') },
        }),
        BROWSER,
      ),
    ],
  },
  {
    title: 'routes that are none',
    rule: 'errors.negotiation',
    wire: '8.2',
    story: [
      get('/api/nothing', { status: 404, htmlTitle: 'HTTP Status 404 – Not Found' }),
      get('/api/fileResource', { status: 404, htmlTitle: 'HTTP Status 404 – Not Found' }),
    ],
  },
]

function expectUid(): RegExp {
  return /^[A-Za-z][A-Za-z0-9]{10}$/
}

function versionLike(version: string): RegExp {
  return new RegExp(`^(\\{\\{version\\}\\}|${version.replace('.', '\\.')}([.-].*)?)$`)
}
