import type { Json } from '../recording.js'
import {
  BEFORE_44,
  EARLY,
  type Expected,
  LATE,
  READER,
  type Scene,
  type Variation,
  asFile,
  get,
  patch,
  request,
  send,
  stored,
  text,
  upload,
} from './variation.js'

const OU = 'OrgUnitVar1'
const cc = { id: '{{cc}}' }
const element = (id: string, valueType: string, domainType = 'AGGREGATE'): Json => ({
  id,
  name: id,
  shortName: id,
  valueType,
  domainType,
  aggregationType: 'NONE',
  categoryCombo: cc,
})
const ref = (kind: string, id: string): Json => ({ [kind]: { id } })

/** An org unit, a monthly data set with a file, an image and a text, and the admin's right to all of it. */
export const DATA_ENTRY: readonly Scene[] = [
  { ...get('/api/me?fields=id'), capture: { me: 'id' } },
  {
    ...get('/api/categoryCombos?filter=name:eq:default&fields=id,categoryOptionCombos[id]'),
    capture: { cc: 'categoryCombos.0.id', coc: 'categoryCombos.0.categoryOptionCombos.0.id' },
  },
  send('POST', '/api/metadata', {
    organisationUnits: [{ id: OU, name: 'Place', shortName: 'Place', openingDate: '2020-01-01T00:00:00.000' }],
  }),
  patch('/api/users/{{me}}', [
    { op: 'add', path: '/organisationUnits', value: [{ id: OU }] },
    { op: 'add', path: '/dataViewOrganisationUnits', value: [{ id: OU }] },
    { op: 'add', path: '/teiSearchOrganisationUnits', value: [{ id: OU }] },
  ]),
  send('POST', '/api/metadata', {
    dataElements: [
      element('DeFileVar01', 'FILE_RESOURCE'),
      element('DePhotoVar1', 'IMAGE'),
      element('DeTextVar01', 'TEXT'),
    ],
    dataSets: [
      {
        id: 'DataSetVar1',
        name: 'Set',
        shortName: 'Set',
        periodType: 'Monthly',
        categoryCombo: cc,
        openFuturePeriods: 12,
        dataSetElements: ['DeFileVar01', 'DePhotoVar1', 'DeTextVar01'].map((id) => ref('dataElement', id)),
        organisationUnits: [{ id: OU }],
        sharing: { public: 'rwrw----' },
      },
    ],
  }),
]

const key = (de: string, pe = '202501') => `de=${de}&ou=${OU}&pe=${pe}`
const enter = (
  query: string,
  parts: readonly { name: string; [member: string]: string }[],
  expect?: Scene['expect'],
  options = {},
) => request('POST', `/api/dataValues/file${query === '' ? '' : `?${query}`}`, expect, { multipart: parts, ...options })
const CSV = { name: 'file', filename: 'v.csv', type: 'text/csv', text: 'a,b\n' }
const FRESH: Expected = {
  status: 202,
  json: { response: { responseType: 'FileResource', fileResource: { domain: 'DATA_VALUE' } } },
}
const absent = (version: string): Expected => ({
  status: version === '2.41' || version === '2.42' ? 409 : 404,
  message: 'Data value does not exist',
  errorCode: version === '2.41' || version === '2.42' ? null : 'E1005',
})
const NOT_YET: Expected = {
  status: 409,
  errorCode: null,
  message: 'The content is being processed and is not available yet. Try again later.',
  json: {
    status: 'ERROR',
    devMessage: 'The content requested is in transit to the file store and will be available at a later time.',
    response: { responseType: 'FileResource', fileResource: { storageStatus: 'PENDING' } },
  },
}

export const VALUES: readonly Variation[] = [
  {
    title: 'keys of a value as form fields, or in both places',
    rule: 'value.upload',
    wire: '3.2',
    story: [
      ...DATA_ENTRY,
      enter(
        '',
        [{ name: 'de', text: 'DeFileVar01' }, { name: 'ou', text: OU }, { name: 'pe', text: '202501' }, CSV],
        FRESH,
      ),
      get(`/api/dataValues?${key('DeFileVar01')}`, { status: 200 }),
      enter(`de=DeFileVar01&pe=202502`, [{ name: 'ou', text: OU }, CSV], FRESH),
      enter(`${key('DeFileVar01', '202503')}&co={{coc}}`, [CSV], FRESH),
      get(`/api/dataValues?${key('DeFileVar01', '202503')}&co={{coc}}`, { status: 200 }),
    ],
  },
  {
    title: 'no file part: the value is cleared, or there was none',
    rule: 'value.upload',
    wire: '3.2',
    story: [
      ...DATA_ENTRY,
      asFile('fr', enter(key('DeFileVar01'), [CSV])),
      stored('fr'),
      enter(key('DeFileVar01'), [{ name: 'comment', text: 'gone' }], {
        status: 202,
        onlyMembers: ['httpStatus', 'httpStatusCode', 'status'],
      }),
      get('/api/fileResources/{{fr}}', (version) => ({ status: version === '2.41' || version === '2.42' ? 404 : 200 })),
      enter(key('DeFileVar01', '202412'), [{ name: 'comment', text: 'none' }], { status: 202 }),
    ],
  },
  {
    title: 'the cap does not hold for values until 2.43',
    rule: 'value.upload',
    wire: '3.2',
    versions: BEFORE_44,
    settings: { maxFileUploadSize: 100 },
    story: [...DATA_ENTRY, enter(key('DeFileVar01'), [{ ...CSV, text: 'x'.repeat(500) }], FRESH)],
  },
  {
    title: 'the cap holds for values in 2.44',
    rule: 'value.upload',
    wire: '3.2',
    versions: ['2.44'],
    settings: { maxFileUploadSize: 100 },
    story: [
      ...DATA_ENTRY,
      enter(key('DeFileVar01'), [{ ...CSV, text: 'x'.repeat(500) }], {
        status: 409,
        errorCode: null,
        message: "File size can't be bigger than 100, current file size 500",
      }),
    ],
  },
  {
    title: 'a value needs its authority, and until 2.42 all of its key',
    rule: 'value.upload',
    wire: '3.2',
    story: [...DATA_ENTRY, enter(key('DeFileVar01'), [CSV], { status: 403 }, { auth: READER })],
  },
  {
    title: 'a missing part of the key is a page until 2.42',
    rule: 'value.upload',
    wire: '3.2',
    versions: EARLY,
    story: [
      ...DATA_ENTRY,
      enter(`de=DeFileVar01&ou=${OU}`, [CSV], { status: 400, htmlTitle: 'HTTP Status 400 – Bad Request' }),
      enter(`de=DeFileVar01&pe=202501`, [CSV], { status: 400, htmlTitle: 'HTTP Status 400 – Bad Request' }),
    ],
  },
  {
    title: 'a refused file keeps the old value until 2.42, and loses it later',
    rule: 'value.upload',
    wire: '3.2',
    story: [
      ...DATA_ENTRY,
      ...[
        { ...CSV, filename: 'v.exe' },
        { ...CSV, type: 'text/html' },
        { ...CSV, text: '' },
      ].flatMap((bad, i) => {
        const at = key('DeFileVar01', `20250${i + 1}`)
        return [
          asFile(`fr${i}`, enter(at, [CSV])),
          stored(`fr${i}`),
          enter(at, [bad], { status: 409 }),
          get(`/api/dataValues?${at}`, (version) =>
            version === '2.41' || version === '2.42' ? { status: 200 } : absent(version),
          ),
          get(`/api/audits/files/{{fr${i}}}`, { status: 200, text: 'a,b\n' }),
        ]
      }),
    ],
  },
  {
    title: 'not stored yet, with the file resource in the answer',
    rule: 'value.read',
    wire: '3.5',
    settings: { storageDelay: 'never' },
    story: [
      ...DATA_ENTRY,
      asFile('fr', enter(key('DeFileVar01'), [CSV])),
      get(`/api/dataValues/files?${key('DeFileVar01')}`, NOT_YET),
      get('/api/audits/files/{{fr}}', NOT_YET),
    ],
  },
  {
    title: 'no key at all',
    rule: 'value.read',
    wire: '3.5',
    story: [
      ...DATA_ENTRY,
      get('/api/dataValues/files', (version) =>
        version === '2.41' || version === '2.42'
          ? { status: 409, errorCode: 'E1100', message: 'Data element not found or not accessible: `null`' }
          : { status: 400, errorCode: 'E8100' },
      ),
    ],
  },
  {
    title: 'values by uid: any file from 2.43, only free ones of the domain before',
    rule: 'value.by-uid',
    wire: '3.3',
    story: [
      ...DATA_ENTRY,
      asFile('other', upload('domain=MESSAGE_ATTACHMENT', text('m.txt'))),
      asFile('mine', upload('', text('d.txt'))),
      request('POST', `/api/dataValues?${key('DeFileVar01')}&value={{other}}`, (version) =>
        version === '2.41' || version === '2.42'
          ? { status: 404, errorCode: null, message: 'FileResource with id {{other}} could not be found.' }
          : { status: 201, empty: true },
      ),
      request('POST', `/api/dataValues?${key('DeFileVar01', '202502')}&value={{mine}}`, { status: 201, empty: true }),
      stored('mine'),
      get(`/api/dataValues/files?${key('DeFileVar01', '202502')}`, {
        status: 200,
        text: 'some words\n',
        headers: { 'cache-control': /no-store/, etag: null },
      }),
    ],
  },
  {
    title: 'a deleted value takes its file along until 2.42',
    rule: 'value.by-uid',
    wire: '3.6',
    story: [
      ...DATA_ENTRY,
      asFile(
        'fr',
        enter(key('DePhotoVar1'), [{ name: 'file', filename: 'p.jpg', type: 'image/jpeg', fixture: 'photo.jpg' }]),
      ),
      stored('fr'),
      request('DELETE', `/api/dataValues?${key('DePhotoVar1')}`, { status: 204, empty: true }),
      get('/api/fileResources/{{fr}}', (version) => ({ status: version === '2.41' || version === '2.42' ? 404 : 200 })),
      get(`/api/dataValues?${key('DePhotoVar1')}`, absent),
    ],
  },
  {
    title: 'checks of the modern data entry',
    rule: 'value.read',
    wire: '3.5',
    versions: LATE,
    story: [
      ...DATA_ENTRY,
      ...['x1', 'Y2025'].map((pe) =>
        get(`/api/dataValues/files?de=DeFileVar01&ou=${OU}&pe=${pe}`, {
          status: 400,
          errorCode: null,
          message: `Invalid Period \`${pe}\`, expected a digit at position 0 but found: \`${pe.charAt(0)}\``,
        }),
      ),
    ],
  },
]
