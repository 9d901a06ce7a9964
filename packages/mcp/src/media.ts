import type { DataValueKey, EventFile, ListedDataValue, TrackedEntityFile, WithFile } from '@dhis2-files/client'
import * as z from 'zod'
import { ToolError } from './errors.js'
import { uid } from './params.js'

type Optional<T extends z.ZodType> = z.ZodOptional<T>

/** Where captured data has files. */
export const mediaKind: z.ZodEnum<{ data_value: 'data_value'; event: 'event'; tracked_entity: 'tracked_entity' }> = z
  .enum(['data_value', 'event', 'tracked_entity'])
  .describe(
    'Which kind of captured data: data_value (aggregate; data_element, org_unit and period), event (event and data_element) or tracked_entity (tracked_entity and attribute).',
  )

/** Which value: what `target` of a row of files_media_list holds. */
export const mediaTarget: {
  readonly kind: typeof mediaKind
  readonly data_element: Optional<z.ZodString>
  readonly org_unit: Optional<z.ZodString>
  readonly period: Optional<z.ZodString>
  readonly category_option_combo: Optional<z.ZodString>
  readonly attribute_combo: Optional<z.ZodString>
  readonly attribute_options: Optional<z.ZodArray<z.ZodString>>
  readonly data_set: Optional<z.ZodString>
  readonly event: Optional<z.ZodString>
  readonly tracked_entity: Optional<z.ZodString>
  readonly attribute: Optional<z.ZodString>
  readonly program: Optional<z.ZodString>
} = {
  kind: mediaKind,
  data_element: uid('the data element').optional(),
  org_unit: uid('the organisation unit').optional(),
  period: z.string().optional().describe('As DHIS2 writes it, such as 202601.'),
  category_option_combo: uid('the category option combination').optional(),
  attribute_combo: uid('the attribute category combination').optional(),
  attribute_options: z.array(z.string()).optional().describe('Uids of the attribute category options.'),
  data_set: uid('the data set')
    .optional()
    .describe('Uid of the data set: needed where the data element is in several.'),
  event: uid('the event').optional(),
  tracked_entity: uid('the tracked entity').optional(),
  attribute: uid('the attribute').optional(),
  program: uid('the program').optional().describe('Uid of the program, for an attribute of a program.'),
}

/** What {@link mediaTarget} takes. */
export type MediaTargetInput = z.output<z.ZodObject<typeof mediaTarget>>

/** A value of captured data. */
export type MediaTarget =
  | { readonly kind: 'data_value'; readonly key: DataValueKey }
  | { readonly kind: 'event'; readonly event: string; readonly dataElement: string }
  | {
      readonly kind: 'tracked_entity'
      readonly trackedEntity: string
      readonly attribute: string
      readonly program: string | undefined
    }

/** @throws ToolError `invalid-input` that names what is missing */
export function targetOf(input: MediaTargetInput): MediaTarget {
  const need = (name: Exclude<keyof MediaTargetInput, 'kind' | 'attribute_options'>): string => {
    const value = input[name]
    if (value !== undefined) return value
    throw new ToolError(
      'invalid-input',
      `Pass ${name}: kind ${input.kind} needs it. files_media_list gives all of it as target.`,
    )
  }
  switch (input.kind) {
    case 'data_value':
      return {
        kind: 'data_value',
        key: {
          de: need('data_element'),
          ou: need('org_unit'),
          pe: need('period'),
          co: input.category_option_combo,
          cc: input.attribute_combo,
          cp: input.attribute_options,
          ds: input.data_set,
        },
      }
    case 'event':
      return { kind: 'event', event: need('event'), dataElement: need('data_element') }
    case 'tracked_entity':
      return {
        kind: 'tracked_entity',
        trackedEntity: need('tracked_entity'),
        attribute: need('attribute'),
        program: input.program,
      }
  }
}

/** What the other media tools take, of a row. */
export type Target = { readonly [name: string]: string | readonly string[] | undefined }

/** The row of a data value. */
export function dataValueRow({ key, ...row }: ListedDataValue): { target: Target } & Record<string, unknown> {
  const target: Target = defined({
    kind: 'data_value',
    data_element: key.de,
    org_unit: key.ou,
    period: key.pe,
    category_option_combo: key.co,
    attribute_combo: key.cc,
    attribute_options: key.cp === undefined ? undefined : [key.cp].flat(),
    data_set: key.ds,
  })
  return { target, ...row }
}

/** The row of an event. */
export function eventRow({
  event,
  dataElement,
  ...row
}: WithFile<EventFile>): { target: Target } & Record<string, unknown> {
  return { target: { kind: 'event', event, data_element: dataElement }, ...row }
}

/** The row of a tracked entity. */
export function trackedEntityRow(row: WithFile<TrackedEntityFile>): { target: Target } & Record<string, unknown> {
  const { trackedEntity, attribute, program, ...rest } = row
  return { target: defined({ kind: 'tracked_entity', tracked_entity: trackedEntity, attribute, program }), ...rest }
}

function defined<T extends Record<string, unknown>>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T
}
