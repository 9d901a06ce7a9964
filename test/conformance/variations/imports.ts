import { type Expected, type Scene, type Variation, get, link, makeLink, send, storedText } from './variation.js'

type Documents = readonly { readonly [member: string]: string | boolean }[]

const importing = (query: string, documents: Documents, expect: Scene['expect']) =>
  send('POST', `/api/metadata${query === '' ? '' : `?${query}`}`, { documents: [...documents] }, expect)
const stats = (created: number, updated: number, deleted: number, ignored: number) => ({
  created,
  updated,
  deleted,
  ignored,
  total: created + updated + deleted + ignored,
})
const done = (...counts: [number, number, number, number]): Expected => ({
  status: 200,
  json: {
    httpStatus: 'OK',
    status: 'OK',
    response: {
      responseType: 'ImportReport',
      status: 'OK',
      stats: stats(...counts),
      typeReports: [{ klass: 'org.hisp.dhis.document.Document', stats: stats(...counts), objectReports: [] }],
    },
  },
})
const conflict = (
  status: 'ERROR' | 'WARNING',
  reports: readonly string[],
  ...counts: [number, number, number, number]
): Expected => ({
  status: 409,
  message: 'One or more errors occurred, please see full details in import report.',
  reports,
  json: {
    httpStatus: 'Conflict',
    status: 'WARNING',
    response: { responseType: 'ImportReport', status, stats: stats(...counts) },
  },
})
const external = (id: string, name: string) => ({ id, name, url: 'https://files.example.net/x', external: true })

export const IMPORTS: readonly Variation[] = [
  {
    title: 'creates and updates by default',
    rule: 'metadata.import',
    wire: '2.9',
    story: [
      importing('', [external('DocImport01', 'One'), external('DocImport02', 'Two')], done(2, 0, 0, 0)),
      importing('', [external('DocImport02', 'Two again'), external('DocImport03', 'Three')], done(1, 1, 0, 0)),
      importing('importStrategy=UPDATE', [external('DocImport03', 'Three again')], done(0, 1, 0, 0)),
      get('/api/documents?fields=name&order=id:asc', { status: 200, rows: ['One', 'Two again', 'Three again'] }),
    ],
  },
  {
    title: 'a document without an id gets one',
    rule: 'metadata.import',
    wire: '2.9',
    story: [
      importing(
        'importStrategy=CREATE',
        [{ name: 'Nameless', url: 'https://files.example.net/x', external: true }],
        done(1, 0, 0, 0),
      ),
      get('/api/documents?fields=name', { status: 200, rows: ['Nameless'] }),
    ],
  },
  {
    title: 'nothing at all when one is bad, unless the mode says NONE',
    rule: 'metadata.import',
    wire: '2.9',
    story: [
      importing(
        '',
        [external('DocImport01', 'Good'), { id: 'DocImport02', name: 'Bad', url: 'nowhere', external: true }],
        conflict('ERROR', ['E4004'], 0, 0, 0, 2),
      ),
      get('/api/documents', { status: 200, rows: [] }),
      importing(
        'atomicMode=NONE',
        [external('DocImport01', 'Good'), { id: 'DocImport02', name: 'Bad', url: 'nowhere', external: true }],
        conflict('WARNING', ['E4004'], 1, 0, 0, 1),
      ),
      get('/api/documents?fields=name', { status: 200, rows: ['Good'] }),
    ],
  },
  {
    title: 'an uploaded document in the payload stops a whole import',
    rule: 'metadata.import',
    wire: '2.9',
    story: [
      ...storedText('fr'),
      send('POST', '/api/documents', { id: 'DocUpload01', name: 'Uploaded', url: '{{fr}}' }, { status: 201 }),
      importing(
        'importStrategy=UPDATE',
        [{ id: 'DocUpload01', name: 'Again', url: '{{fr}}', external: false }],
        conflict('ERROR', ['E4016'], 0, 0, 0, 1),
      ),
      importing(
        '',
        [external('DocImport01', 'Good'), { id: 'DocUpload01', name: 'Again', url: '{{fr}}', external: false }],
        conflict('ERROR', ['E4016'], 0, 0, 0, 2),
      ),
      get('/api/documents?fields=name', { status: 200, rows: ['Uploaded'] }),
    ],
  },
  {
    title: 'what is there is not created, what is not there is not updated',
    rule: 'metadata.import',
    wire: '2.3',
    story: [
      makeLink('DocThere001', 'There'),
      importing('importStrategy=CREATE', [external('DocThere001', 'Again')], conflict('ERROR', ['E5000'], 0, 0, 0, 1)),
      importing(
        'importStrategy=UPDATE',
        [external('DocNowhere1', 'Nowhere')],
        conflict('ERROR', ['E5001'], 0, 0, 0, 1),
      ),
    ],
  },
  {
    title: 'deletes, and leaves the files assigned',
    rule: 'metadata.import',
    wire: '2.6',
    story: [
      ...storedText('fr'),
      send('POST', '/api/documents', { id: 'DocUpload01', name: 'Uploaded', url: '{{fr}}' }, { status: 201 }),
      makeLink('DocLink0001', 'Link'),
      send(
        'POST',
        '/api/metadata?importStrategy=DELETE',
        { documents: [{ id: 'DocUpload01' }, { id: 'DocLink0001' }] },
        done(0, 0, 2, 0),
      ),
      get('/api/documents', { status: 200, rows: [] }),
      get('/api/fileResources/{{fr}}', { status: 200, json: { assigned: true, domain: 'DOCUMENT' } }),
    ],
  },
  {
    title: 'an import resets sharing, and takes none',
    rule: 'document.sharing',
    wire: '2.2',
    story: [
      send('PUT', '/api/documents/DocImport01/sharing', {}, { status: 404 }),
      importing('', [external('DocImport01', 'One')], done(1, 0, 0, 0)),
      send(
        'PUT',
        '/api/documents/DocImport01/sharing',
        { owner: 'M5zQapPyTZI', public: '--------', users: {}, userGroups: {} },
        { status: 204 },
      ),
      importing('importStrategy=UPDATE', [external('DocImport01', 'One')], done(0, 1, 0, 0)),
      get('/api/documents/DocImport01?fields=sharing', {
        status: 200,
        json: { sharing: { owner: 'M5zQapPyTZI', public: 'rw------' } },
      }),
    ],
  },
  {
    title: 'a validated import makes nothing',
    rule: 'metadata.import',
    wire: '2.4',
    story: [
      importing('importMode=VALIDATE', [external('DocImport01', 'Dry')], { status: 200, json: { status: 'OK' } }),
      get('/api/documents', { status: 200, rows: [] }),
    ],
  },
  {
    title: 'several bad documents, each with its reports',
    rule: 'metadata.import',
    wire: '2.9',
    story: [
      makeLink('DocTakenCod', 'Taken', { code: 'TAKEN' }),
      importing(
        'importStrategy=CREATE&atomicMode=NONE',
        [
          { id: 'DocImport01', name: 'n'.repeat(231), url: 'https://files.example.net/x', external: true },
          { id: 'DocImport02', name: 'Ok', url: 'https://files.example.net/x', external: true },
          { id: 'DocImport03', name: 'Code', code: 'TAKEN', url: 'https://files.example.net/x', external: true },
          { id: 'DocImport04', url: 'UnknownUid1', external: false },
        ],
        conflict('WARNING', ['E4001', 'E5003', 'E4000', 'E4015'], 1, 0, 0, 3),
      ),
      get('/api/documents?fields=name&order=name:asc', { status: 200, rows: ['Ok', 'Taken'] }),
    ],
  },
  {
    title: 'two hundred at once',
    rule: 'metadata.import',
    wire: '2.9',
    story: [
      importing(
        'importStrategy=CREATE',
        Array.from({ length: 200 }, (_, i) => external(`DocMany${String(i).padStart(4, '0')}`, `Many ${i}`)),
        done(200, 0, 0, 0),
      ),
      get('/api/documents?fields=id&pageSize=1', { status: 200, json: { pager: { total: 200, pageCount: 200 } } }),
      get('/api/documents/DocMany0199', { status: 200, json: link('Many 199') }),
    ],
  },
]
