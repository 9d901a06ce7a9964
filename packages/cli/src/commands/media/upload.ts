import type { AttachedFile, DataValueKey, Dhis2Client, Uploadable, UploadedDataValue } from '@dhis2-files/client'
import { defineCommand } from '../../command.js'
import { CliError } from '../../failure.js'
import { FILE_ARGUMENT, PROVIDE_OPTIONS, provide } from '../provide.js'
import { checkUids } from '../uids.js'

/** What a value is of, and how it gets its file. */
interface Place {
  readonly name: string
  readonly give: (
    client: Dhis2Client,
    data: Uploadable,
    options: GiveOptions,
  ) => Promise<UploadedDataValue | AttachedFile>
}

type GiveOptions = NonNullable<Parameters<Dhis2Client['files']['dataValues']['upload']>[2]>

export const upload = defineCommand({
  name: 'upload',
  summary: 'Uploads a file as the value of a data element or attribute.',
  details:
    'Of a data value (--data-element --org-unit --period), an event (--event --data-element) or a tracked entity (--tracked-entity --attribute). The old value stays until the new file is stored.',
  examples: [
    'media upload photo.jpg --data-element fPhotoOfSte --org-unit DiszpKrYNg8 --period 202601',
    'media upload photo.jpg --event a2kafNdGdvs --data-element vPhotoVisit',
  ],
  writes: true,
  arguments: [FILE_ARGUMENT],
  options: {
    ...PROVIDE_OPTIONS,
    dataElement: { kind: 'text', value: 'UID', about: 'The data element.' },
    orgUnit: { kind: 'text', value: 'UID', about: 'Of a data value: its organisation unit.' },
    period: { kind: 'text', value: 'PERIOD', about: 'Of a data value: its period, such as 202601.' },
    categoryOptionCombo: { kind: 'text', value: 'UID', about: 'Of a data value. Default: the default one.' },
    attributeCategoryCombo: {
      kind: 'text',
      value: 'UID',
      about: 'Of a data value: the attribute category combination. Default: the default one.',
    },
    attributeCategoryOption: {
      kind: 'list',
      value: 'UID',
      about: 'Of a data value: the attribute category options. May be repeated.',
    },
    dataSet: {
      kind: 'text',
      value: 'UID',
      about: 'Of a data value: needed from 2.43 on where the data element is in several data sets.',
    },
    event: { kind: 'text', value: 'UID', about: 'The event.' },
    trackedEntity: { kind: 'text', value: 'UID', about: 'The tracked entity.' },
    attribute: { kind: 'text', value: 'UID', about: 'The attribute of the tracked entity.' },
    program: {
      kind: 'text',
      value: 'UID',
      about: 'The program whose attribute it is. Default: the attributes of the type.',
    },
  },
  async run(context, { file, filename, contentType, fileResource, ...keys }) {
    const { out } = context
    const place = placeOf(keys)
    const client = await context.client()
    const input = { file, filename, contentType, fileResource }
    const given = await provide(context, input, (source, options) => place.give(client, source, options))
    if (given === undefined) {
      out.result(
        { status: 'planned', dryRun: true, file, of: place.name },
        () => `would upload ${file} as ${place.name}`,
      )
      return
    }
    out.result(given, () => `uploaded ${given.fileResource.id}  ${given.fileResource.name} as ${place.name}`)
    if (given.leftBehind !== undefined)
      out.note(`The file that it had before, ${given.leftBehind}, stays on the server.`)
  },
})

interface Keys {
  readonly dataElement: string | undefined
  readonly orgUnit: string | undefined
  readonly period: string | undefined
  readonly categoryOptionCombo: string | undefined
  readonly attributeCategoryCombo: string | undefined
  readonly attributeCategoryOption: readonly string[]
  readonly dataSet: string | undefined
  readonly event: string | undefined
  readonly trackedEntity: string | undefined
  readonly attribute: string | undefined
  readonly program: string | undefined
}

function placeOf(keys: Keys): Place {
  const { period: _, ...uids } = keys
  for (const [name, value] of Object.entries(uids))
    checkUids(`--${name}`, ...(Array.isArray(value) ? (value as string[]) : [value as string | undefined]))
  const { event, trackedEntity, attribute, dataElement, orgUnit, period, program } = keys
  const kinds = [event, trackedEntity, orgUnit].filter((kind) => kind !== undefined)
  if (kinds.length > 1) throw new CliError('Pass --event, --tracked-entity or --org-unit, not two of them.')
  if (event !== undefined && dataElement !== undefined) {
    return {
      name: `${event}/${dataElement}`,
      give: ({ files }, data, options) => files.tracker.attachToEvent(event, dataElement, data, options),
    }
  }
  if (trackedEntity !== undefined && attribute !== undefined) {
    return {
      name: `${trackedEntity}/${attribute}`,
      give: ({ files }, data, options) =>
        files.tracker.attachToTrackedEntity(trackedEntity, attribute, data, { ...options, program }),
    }
  }
  if (dataElement !== undefined && orgUnit !== undefined && period !== undefined) {
    const { categoryOptionCombo: co, attributeCategoryCombo: cc, attributeCategoryOption, dataSet: ds } = keys
    const cp = attributeCategoryOption.length > 0 ? attributeCategoryOption : undefined
    const key: DataValueKey = { de: dataElement, ou: orgUnit, pe: period, co, cc, cp, ds }
    return {
      name: `${dataElement}/${orgUnit}/${period}`,
      give: ({ files }, data, options) => files.dataValues.upload(data, key, options),
    }
  }
  throw new CliError('It is not said what the file is the value of.', {
    hint: 'Pass --data-element --org-unit --period, or --event --data-element, or --tracked-entity --attribute.',
  })
}
