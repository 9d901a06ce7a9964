import type { Json } from '../recording.js'
import {
  EARLY,
  type Expected,
  LATE,
  type Scene,
  type Variation,
  asFile,
  get,
  send,
  stored,
  text,
  upload,
} from './variation.js'
import { DATA_ENTRY } from './values.js'

const OU = 'OrgUnitVar1'
const cc = { id: '{{cc}}' }
const open = { public: 'rwrw----' }
const named = (id: string) => ({ id, name: id, shortName: id })
const ELEMENTS = { TrkFileVar1: 'FILE_RESOURCE', TrkPhotoVr1: 'IMAGE', TrkTextVar1: 'TEXT' }
const ATTRIBUTES = {
  TeaFileVar1: 'FILE_RESOURCE',
  TeaPhotoVr1: 'IMAGE',
  TeaTextVar1: 'TEXT',
  TeaLooseVr1: 'FILE_RESOURCE',
}

/** A program of events with a file, an image and a text, and a type of tracked entities with the same. */
const TRACKER: readonly Scene[] = [
  ...DATA_ENTRY,
  send('POST', '/api/metadata', {
    dataElements: Object.entries(ELEMENTS).map(([id, valueType]) => ({
      ...named(id),
      valueType,
      domainType: 'TRACKER',
      aggregationType: 'NONE',
      categoryCombo: cc,
    })),
    trackedEntityAttributes: Object.entries(ATTRIBUTES).map(([id, valueType]) => ({
      ...named(id),
      valueType,
      aggregationType: 'NONE',
    })),
    trackedEntityTypes: [
      {
        ...named('TrkTypeVar1'),
        sharing: open,
        trackedEntityTypeAttributes: ['TeaFileVar1', 'TeaPhotoVr1', 'TeaTextVar1'].map((id) => ({
          trackedEntityAttribute: { id },
        })),
      },
    ],
    programs: [
      {
        ...named('ProgEvents1'),
        programType: 'WITHOUT_REGISTRATION',
        categoryCombo: cc,
        organisationUnits: [{ id: OU }],
        programStages: [{ id: 'StageEvent1' }],
        sharing: open,
      },
    ],
    programStages: [
      {
        id: 'StageEvent1',
        name: 'Stage',
        program: { id: 'ProgEvents1' },
        sharing: open,
        programStageDataElements: Object.keys(ELEMENTS).map((id, sortOrder) => ({ dataElement: { id }, sortOrder })),
      },
    ],
  }),
]

const event = (id: string, values: Readonly<Record<string, string>>, more: { [member: string]: Json } = {}): Json => ({
  event: id,
  program: 'ProgEvents1',
  programStage: 'StageEvent1',
  orgUnit: OU,
  occurredAt: '2025-03-01',
  status: 'COMPLETED',
  dataValues: Object.entries(values).map(([dataElement, value]) => ({ dataElement, value })),
  ...more,
})
const entity = (id: string, values: Readonly<Record<string, string>>): Json => ({
  trackedEntity: id,
  trackedEntityType: 'TrkTypeVar1',
  orgUnit: OU,
  attributes: Object.entries(values).map(([attribute, value]) => ({ attribute, value })),
})
const imports = (body: { [member: string]: Json }, expect?: Scene['expect'], strategy = '') =>
  send('POST', `/api/tracker?async=false${strategy}`, body, expect)
const refusedWith = (errorCode: string, message?: string): Expected => ({
  status: 409,
  reports: [errorCode],
  ...(message !== undefined && { texts: [message] }),
  json: { status: 'ERROR' },
})
const csv = (variable: string): Scene[] => [
  asFile(variable, upload('', { filename: `${variable}.csv`, type: 'text/csv', text: 'a,b\n' })),
  stored(variable),
]
const photo = (variable: string, type = 'image/jpeg', query = ''): Scene[] => [
  asFile(variable, upload(query, { filename: `${variable}.jpg`, type, fixture: 'photo.jpg' })),
  { ...stored(variable), until: 'settled' },
]
const gone = (message: string): Expected => ({ status: 404, errorCode: 'E1005', message })
const EVENT = '/api/tracker/events/EventVar001/dataValues'
const ENTITY = '/api/tracker/trackedEntities/EntityVar01/attributes'
const notYet = (version: string): Expected => ({
  status: 409,
  errorCode: 'E1004',
  message:
    version === '2.41' || version === '2.42'
      ? 'The content is being processed and is not available yet. Try again later.'
      : 'Content is being processed and is not available yet, try again later',
  json: { response: undefined, devMessage: undefined },
})

export const TRACKERS: readonly Variation[] = [
  {
    title: 'validators: the uid of the file, quoted, weak or bare',
    rule: 'tracker.files',
    wire: '4.2',
    story: [
      ...TRACKER,
      ...csv('fr'),
      imports({ events: [event('EventVar001', { TrkFileVar1: '{{fr}}' })] }),
      get(`${EVENT}/TrkFileVar1/file`, {
        status: 200,
        text: 'a,b\n',
        headers: { etag: '"{{fr}}"', 'cache-control': 'no-cache, private', 'content-disposition': 'filename=fr.csv' },
      }),
      ...['"{{fr}}"', 'W/"{{fr}}"', '{{fr}}'].map((tag) =>
        get(
          `${EVENT}/TrkFileVar1/file`,
          { status: 304, empty: true, headers: { etag: '"{{fr}}"' } },
          { headers: { 'If-None-Match': tag } },
        ),
      ),
      get(`${EVENT}/TrkFileVar1/file`, { status: 200 }, { headers: { 'If-None-Match': '"UnknownUid1"' } }),
    ],
  },
  {
    title: 'not stored yet: 409, or 304 before the store is looked at',
    rule: 'tracker.files',
    wire: '4.3',
    settings: { storageDelay: 'never' },
    story: [
      ...TRACKER,
      asFile('fr', upload('', text('a.txt'))),
      imports({ events: [event('EventVar001', { TrkFileVar1: '{{fr}}' })] }, { status: 200 }),
      get(`${EVENT}/TrkFileVar1/file`, notYet),
      get(`${EVENT}/TrkFileVar1/file`, { status: 304 }, { headers: { 'If-None-Match': '"{{fr}}"' } }),
    ],
  },
  {
    title: 'sizes of images of an event',
    rule: 'tracker.files',
    wire: '4.3',
    story: [
      ...TRACKER,
      ...photo('fr'),
      imports({ events: [event('EventVar001', { TrkPhotoVr1: '{{fr}}' })] }),
      ...(
        [
          ['SMALL', 256, 192],
          ['medium', 512, 384],
          ['Large', 1024, 768],
          ['original', 640, 480],
        ] as const
      ).map(([dimension, width, height]) =>
        get(`${EVENT}/TrkPhotoVr1/image?dimension=${dimension}`, {
          status: 200,
          image: { type: 'jpeg', width, height },
          headers: { etag: '"{{fr}}"' },
        }),
      ),
      get(`${EVENT}/TrkPhotoVr1/image?dimension=TINY`, {
        status: 400,
        errorCode: null,
        message:
          "Value 'TINY' is not valid for parameter dimension. Valid values are: [SMALL, MEDIUM, LARGE, ORIGINAL]",
      }),
    ],
  },
  {
    title: 'an image of another domain has no sizes',
    rule: 'tracker.files',
    wire: '4.3',
    story: [
      ...TRACKER,
      ...photo('doc', 'image/jpeg', 'domain=DOCUMENT'),
      imports({ events: [event('EventVar001', { TrkPhotoVr1: '{{doc}}' })] }, { status: 200 }),
      get(`${EVENT}/TrkPhotoVr1/image`, { status: 200 }),
      get(`${EVENT}/TrkPhotoVr1/image?dimension=SMALL`, {
        status: 400,
        errorCode: 'E1003',
        message: 'Image does not have support for multiple dimensions',
      }),
    ],
  },
  {
    title: 'files and images of attributes, and their refusals',
    rule: 'tracker.files',
    wire: '4.3',
    story: [
      ...TRACKER,
      ...csv('fr'),
      imports(
        { trackedEntities: [entity('EntityVar01', { TeaFileVar1: '{{fr}}', TeaTextVar1: 'words' })] },
        { status: 200 },
      ),
      get(`${ENTITY}/TeaFileVar1/file`, { status: 200, text: 'a,b\n', headers: { etag: '"{{fr}}"' } }),
      get(`${ENTITY}/TeaFileVar1/image`, { status: 400, errorCode: 'E1003', message: 'File is not an image' }),
      get(`${ENTITY}/TeaFileVar1/file?dimension=SMALL`, {
        status: 400,
        errorCode: 'E1003',
        message:
          "Request parameter 'dimension' is only supported for images by API /tracker/trackedEntities/attributes/{attribute}/image",
      }),
      get(
        `${ENTITY}/TeaPhotoVr1/image`,
        gone('Attribute value for tracked entity attribute TeaPhotoVr1 could not be found.'),
      ),
      get(`${ENTITY}/TeaTextVar1/file`, gone('Tracked entity attribute TeaTextVar1 is not a file (or image).')),
      get(`${ENTITY}/TeaLooseVr1/file`, gone('TrackedEntityAttribute with id TeaLooseVr1 could not be found.')),
      get(
        '/api/tracker/trackedEntities/UnknownUid1/attributes/TeaFileVar1/file',
        gone('TrackedEntity with id UnknownUid1 could not be found.'),
      ),
      get(`${ENTITY}/TeaFileVar1/file?program=UnknownUid1`, { status: 404 }),
    ],
  },
  {
    title: 'what an event does not have',
    rule: 'tracker.files',
    wire: '4.3',
    story: [
      ...TRACKER,
      ...csv('fr'),
      imports({ events: [event('EventVar001', { TrkFileVar1: '{{fr}}', TrkTextVar1: 'words' })] }),
      get(`${EVENT}/TrkPhotoVr1/image`, (version) =>
        gone(
          version === '2.41'
            ? 'DataValue for data element TrkPhotoVr1 could not be found.'
            : 'Event EventVar001 with data element TrkPhotoVr1 could not be found.',
        ),
      ),
      get(`${EVENT}/TrkTextVar1/file`, gone('Data element TrkTextVar1 is not a file (or image).')),
      get(`${EVENT}/UnknownUid1/file`, gone('DataElement with id UnknownUid1 could not be found.')),
      get('/api/tracker/events/xyz/dataValues/TrkFileVar1/file', {
        status: 400,
        errorCode: null,
        message: /^Value 'xyz' is not valid for path parameter event\. UID must be/,
      }),
    ],
  },
  {
    title: 'the routes of 2.43 for single events',
    rule: 'tracker.files',
    wire: '4.1',
    versions: LATE,
    story: [
      ...TRACKER,
      ...csv('fr'),
      imports({ events: [event('EventVar001', { TrkFileVar1: '{{fr}}' })] }),
      get('/api/tracker/singleEvents/EventVar001/dataValues/TrkFileVar1/file', {
        status: 200,
        text: 'a,b\n',
        headers: { etag: '"{{fr}}"' },
      }),
      get('/api/events/files?eventUid=EventVar001&dataElementUid=TrkFileVar1', { status: 404 }),
    ],
  },
  {
    title: 'no such routes before 2.43',
    rule: 'tracker.files',
    wire: '4.1',
    versions: EARLY,
    story: [
      ...TRACKER,
      get('/api/tracker/singleEvents/EventVar001/dataValues/TrkFileVar1/file', { status: 404 }),
      get('/api/tracker/trackerEvents/EventVar001/dataValues/TrkFileVar1/file', { status: 404 }),
    ],
  },
  {
    title: 'the legacy routes of 2.41',
    rule: 'tracker.files',
    wire: '4.3',
    versions: ['2.41'],
    story: [
      ...TRACKER,
      ...csv('fr'),
      ...csv('teFile'),
      imports({ events: [event('EventVar001', { TrkFileVar1: '{{fr}}' })] }),
      get('/api/events/files?eventUid=EventVar001&dataElementUid=TrkFileVar1', { status: 200, text: 'a,b\n' }),
      imports({ trackedEntities: [entity('EntityVar01', { TeaFileVar1: '{{teFile}}' })] }),
      get('/api/trackedEntityInstances/EntityVar01/TeaFileVar1/file', {
        status: 200,
        text: 'a,b\n',
        headers: { 'content-disposition': 'attachment; filename=teFile.csv' },
      }),
    ],
  },
  {
    title: 'attributes: unknown files, taken files, the same again',
    rule: 'tracker.import',
    wire: '4.4',
    story: [
      ...TRACKER,
      ...csv('fr'),
      imports({ trackedEntities: [entity('EntityVar01', { TeaFileVar1: 'UnknownUid1' })] }, refusedWith('E1007')),
      imports(
        { trackedEntities: [entity('EntityVar01', { TeaFileVar1: '{{fr}}' })] },
        { status: 200, json: { status: 'OK', stats: { created: 1, total: 1 } } },
      ),
      imports({ trackedEntities: [entity('EntityVar02', { TeaFileVar1: '{{fr}}' })] }, (version) =>
        refusedWith(
          'E1009',
          version === '2.41'
            ? 'File resource: `{{fr}}`, has already been assigned to a different object.'
            : 'File resource: `{{fr}}` has already been assigned to another object.',
        ),
      ),
      imports(
        { trackedEntities: [entity('EntityVar01', { TeaFileVar1: '{{fr}}' })] },
        { status: 200 },
        '&importStrategy=UPDATE',
      ),
    ],
  },
  {
    title: 'an update replaces what it leaves out, but no data values',
    rule: 'tracker.import',
    wire: '4.4',
    story: [
      ...TRACKER,
      ...csv('fr'),
      imports({ events: [event('EventVar001', { TrkTextVar1: 'one' }, { completedAt: '2025-03-02T10:00:00.000' })] }),
      imports(
        {
          events: [
            {
              event: 'EventVar001',
              program: 'ProgEvents1',
              programStage: 'StageEvent1',
              orgUnit: OU,
              occurredAt: '2025-03-01',
              dataValues: [{ dataElement: 'TrkFileVar1', value: '{{fr}}' }],
            },
          ],
        },
        { status: 200 },
        '&importStrategy=UPDATE',
      ),
      get('/api/tracker/events/EventVar001?fields=status,completedAt,dataValues[dataElement]', {
        status: 200,
        json: { status: 'ACTIVE', completedAt: undefined },
      }),
      imports({ events: [event('EventVar001', { TrkFileVar1: '{{fr}}' })] }, { status: 200 }, '&importStrategy=UPDATE'),
    ],
  },
]
