import { createUid, Dhis2Client } from '@dhis2-files/client'
import { makeOrgUnits, post } from '../emulated/metadata.js'

/** Places for files on the emulator. */
export interface Playground {
  readonly orgUnit: string
  /** Of type IMAGE, in the data set. */
  readonly dataElement: string
  readonly dataSet: string
  /** The signed-in user. */
  readonly user: string
}

/** Makes an organisation unit, and a data set with a photo in it. */
export async function makePlayground(env: Readonly<Record<string, string | undefined>>): Promise<Playground> {
  const { DHIS2_URL: baseUrl = '', DHIS2_USERNAME: username = '', DHIS2_PASSWORD: password = '' } = env
  const client = new Dhis2Client({ baseUrl, auth: { username, password } })
  try {
    const [orgUnit = ''] = await makeOrgUnits(client, ['North'])
    const [dataElement, dataSet] = [createUid(), createUid()]
    const named = (id: string, name: string) => ({ id, name, shortName: name, sharing: { public: 'rwrw----' } })
    await post(client, 'api/metadata', {
      dataElements: [
        {
          ...named(dataElement, 'Photo of the ward'),
          valueType: 'IMAGE',
          domainType: 'AGGREGATE',
          aggregationType: 'NONE',
        },
      ],
      dataSets: [
        {
          ...named(dataSet, 'Monthly report'),
          periodType: 'Monthly',
          organisationUnits: [{ id: orgUnit }],
          dataSetElements: [{ dataElement: { id: dataElement }, dataSet: { id: dataSet } }],
        },
      ],
    })
    return { orgUnit, dataElement, dataSet, user: (await client.system.me()).id }
  } finally {
    await client.close()
  }
}
