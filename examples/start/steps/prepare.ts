import { bytesSource, type Dhis2Client, type RequestOptions } from '@dhis2-files/client'
import type { Step } from '../demo.js'

/** The lists of a user that name the organisation units where values may be written and read. */
const LISTS = ['organisationUnits', 'dataViewOrganisationUnits'] as const

type Reference = { readonly id: string }
type Me = Reference & { readonly [L in (typeof LISTS)[number]]?: readonly Reference[] }

export const prepare: Step = {
  title: () => 'Make an organisation unit, and a data set with a photo in it',
  async run({ client, screen, signal, playground, leftovers, document }) {
    const { orgUnit, dataElement, dataSet } = playground
    const me = (await json(client, `api/me?fields=id,${LISTS.map((list) => `${list}[id]`).join()}`, { signal })) as Me
    const combos = (await json(client, 'api/categoryCombos?filter=name:eq:default&fields=id', { signal })) as {
      readonly categoryCombos: readonly Reference[]
    }
    const categoryCombo = { id: combos.categoryCombos[0]?.id }
    const named = (id: string, what: string) => {
      const shortName = `dhis2-files ${what} ${document}`
      return { id, name: shortName, shortName }
    }
    // only we may write to it
    const sharing = { public: '--------', users: { [me.id]: { id: me.id, access: 'rwrw----' } } }
    // below a unit of ours it is ours too
    const parent = me.organisationUnits?.[0]
    const made = [
      ['organisation unit', 'organisationUnits', orgUnit],
      ['data element', 'dataElements', dataElement],
      ['data set', 'dataSets', dataSet],
    ] as const
    for (const [name, type, uid] of made) {
      leftovers.mayExist(`${name} ${uid}`, (base, options) =>
        base.request(`api/${type}/${uid}`, { method: 'DELETE', ...options }),
      )
    }
    await client.request('api/metadata?importStrategy=CREATE', {
      method: 'POST',
      signal,
      json: {
        organisationUnits: [
          { ...named(orgUnit, 'unit'), openingDate: '2020-01-01T00:00:00.000', ...(parent && { parent }) },
        ],
        dataElements: [
          {
            ...named(dataElement, 'photo'),
            valueType: 'IMAGE',
            domainType: 'AGGREGATE',
            aggregationType: 'NONE',
            categoryCombo,
            sharing,
          },
        ],
        dataSets: [
          {
            ...named(dataSet, 'data set'),
            periodType: 'Monthly',
            categoryCombo,
            organisationUnits: [{ id: orgUnit }],
            dataSetElements: [{ dataElement: { id: dataElement }, dataSet: { id: dataSet } }],
            sharing,
          },
        ],
      },
    })
    if (parent === undefined) {
      const give = (base: Dhis2Client, more: readonly Reference[], options: RequestOptions): Promise<Response> => {
        const patch = LISTS.map((list) => ({ op: 'add', path: `/${list}`, value: [...(me[list] ?? []), ...more] }))
        const body = bytesSource(new TextEncoder().encode(JSON.stringify(patch)), {
          type: 'application/json-patch+json',
        })
        return base.request(`api/users/${me.id}`, { method: 'PATCH', body, ...options })
      }
      leftovers.mayExist('your place in it', (base, options) => give(base, [], options))
      await give(client, [{ id: orgUnit }], { signal })
    }
    screen.result(`organisation unit ${orgUnit}, data set ${dataSet}, data element ${dataElement}`)
  },
}

async function json(client: Dhis2Client, path: string, options: RequestOptions): Promise<unknown> {
  return (await client.request(path, options)).json()
}
