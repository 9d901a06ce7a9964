import { type Dhis2Version, type Emulator, type EmulatorOptions, createEmulator } from '../../src/index.js'
import { type Sent, clientOf } from '../client.js'

export const VERSIONS: readonly Dhis2Version[] = ['2.41', '2.42', '2.43', '2.44']
export const CLASSIC: readonly Dhis2Version[] = ['2.41', '2.42']
export const MODERN: readonly Dhis2Version[] = ['2.43', '2.44']

/** The uids that the tests of data values work with. */
export const UIDS = {
  root: 'OuRoot00001',
  clinic: 'OuClinic001',
  other: 'OuOther0001',
  file: 'DeReport001',
  image: 'DePicture01',
  text: 'DeNote00001',
  number: 'DeCount0001',
  loose: 'DeLoose0001',
  dataSet: 'DsMonth0001',
} as const

/** An emulator with org units, elements of several types, a monthly data set, and people with fewer rights. */
export async function startWorld(version: Dhis2Version, options: EmulatorOptions = {}) {
  const emulator: Emulator = createEmulator({
    version,
    clock: () => new Date('2026-06-15T10:00:00Z'),
    users: [
      { username: 'clerk', password: 'pw', id: 'UsClerkxx01', authorities: ['F_DATAVALUE_ADD'] },
      { username: 'guest', password: 'pw', id: 'UsGuestxx01' },
    ],
    ...options,
    settings: { storageDelay: 0, ...options.settings },
  })
  const client = clientOf(emulator)
  const clerk = { authorization: `Basic ${Buffer.from('clerk:pw').toString('base64')}` }
  const guest = { authorization: `Basic ${Buffer.from('guest:pw').toString('base64')}` }
  const { root, clinic, other, file, image, text, number, loose, dataSet } = UIDS
  const orgUnit = (id: string, parent?: string) => ({
    id,
    name: id,
    shortName: id,
    openingDate: '2020-01-01T00:00:00.000',
    ...(parent !== undefined && { parent: { id: parent } }),
  })
  const element = (id: string, valueType: string) => ({ id, name: id, shortName: id, valueType })
  const made = await client.post('/api/metadata', {
    organisationUnits: [orgUnit(root), orgUnit(clinic, root), orgUnit(other)],
    dataElements: [
      element(file, 'FILE_RESOURCE'),
      element(image, 'IMAGE'),
      element(text, 'TEXT'),
      element(number, 'INTEGER'),
      element(loose, 'TEXT'),
    ],
    dataSets: [
      {
        id: dataSet,
        name: 'Monthly',
        periodType: 'Monthly',
        openFuturePeriods: 1,
        dataSetElements: [file, image, text, number].map((id) => ({ dataElement: { id } })),
        organisationUnits: [{ id: clinic }, { id: other }],
        sharing: { public: 'rwrw----' },
      },
    ],
  })
  if (made.status !== 200) throw new Error(JSON.stringify(made.json))
  const { state } = emulator
  const roots = { organisationUnits: [{ id: root }], dataViewOrganisationUnits: [{ id: root }] }
  for (const user of state.users) Object.assign(user, structuredClone(roots))

  return {
    emulator,
    client,
    state,
    clerk,
    guest,
    /** Address of a value. */
    value: (de: string, more: Record<string, string> = {}, path = '/api/dataValues') =>
      `${path}?${new URLSearchParams({ de, pe: '202605', ou: clinic, ...more })}`,
    /** Uploads a file together with its value. */
    uploadValue(
      de: string,
      upload: { name?: string; content?: string | Uint8Array; type?: string } | undefined,
      more: Record<string, string> = {},
      headers: Record<string, string> = {},
    ): Promise<Sent> {
      const form = new FormData()
      const { name = 'a.csv', content = 'a,b\n', type = 'text/csv' } = upload ?? {}
      if (upload !== undefined) form.set('file', new Blob([content as BlobPart], { type }), name)
      else form.set('comment', '')
      return client.send('POST', this.value(de, more, '/api/dataValues/file'), form, headers)
    },
    /** Uploads a file for a value that comes later; gives its uid. */
    async file(name = 'a.csv', content = 'a,b\n', type = 'text/csv', domain = 'DATA_VALUE'): Promise<string> {
      const { json } = await client.upload(name, content, `domain=${domain}`, type)
      await emulator.settle()
      return json.response.fileResource.id
    },
  }
}

export type World = Awaited<ReturnType<typeof startWorld>>

/** Status and error code of an answer. */
export const codeOf = ({ status, json }: Sent): [number, string | undefined] => [status, json?.errorCode]
