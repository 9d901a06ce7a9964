import type { FilesAccessor, OrgUnitMode } from '@dhis2-files/client'
import * as z from 'zod'
import { ToolError } from '../errors.js'
import { MAX_PAGE_SIZE } from '../limits.js'
import { dataValueRow, eventRow, mediaKind, trackedEntityRow } from '../media.js'
import { profile, resource, uid, wrapped } from '../params.js'
import { defineTool, type Tool } from '../tool.js'

const date = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d/, 'must be a date such as 2026-03-01')
  .optional()
const texts = z.union([z.string(), z.array(z.string())])

const input = z.strictObject({
  kind: mediaKind,
  data_set: uid('the data set').optional().describe('With data_value: uid of the data set. Needed.'),
  org_unit: texts
    .optional()
    .describe('Uid of an organisation unit, or with data_value and tracked_entity several. With data_value: needed.'),
  children: z.boolean().optional().describe('With data_value: whether the units below count too. Default false.'),
  period: texts
    .optional()
    .describe('With data_value: a period such as 202601, or several; else pass start_date and end_date.'),
  start_date: date.describe('With data_value: periods that begin on this date or later.'),
  end_date: date.describe('With data_value: periods that end on this date or before.'),
  program: uid('the program')
    .optional()
    .describe('With event: uid of the program. Needed. With tracked_entity: this, or tracked_entity_type.'),
  program_stage: uid('the program stage').optional().describe('With event: one stage alone.'),
  tracked_entity_type: uid('the type').optional().describe('With tracked_entity: uid of their type.'),
  org_unit_mode: z
    .enum(['SELECTED', 'CHILDREN', 'DESCENDANTS', 'ACCESSIBLE', 'CAPTURE', 'ALL'])
    .optional()
    .describe('With event and tracked_entity: which units count. Default SELECTED with org_unit, else ACCESSIBLE.'),
  updated_after: date.describe('With event and tracked_entity: changed on this date or later.'),
  updated_before: date.describe('With event and tracked_entity: changed on this date or before.'),
  occurred_after: date.describe('With event: of this date or later.'),
  occurred_before: date.describe('With event: of this date or before.'),
  offset: z.int().min(0).max(100_000).optional().describe('How many rows to leave out. Default 0.'),
  limit: z.int().min(1).max(MAX_PAGE_SIZE).optional().describe(`Rows at most. Default 100, at most ${MAX_PAGE_SIZE}.`),
  profile,
})

type Input = z.output<typeof input>

export const listMedia: Tool = defineTool({
  name: 'files_media_list',
  title: 'List captured files',
  description:
    'Lists the files and photos of captured data: of aggregate data values, of events, or of tracked entities. Each row has a target, which files_media_download and files_media_upload take, and the file resource; where that is missing, the file is gone.',
  access: 'read',
  destructive: false,
  idempotent: true,
  online: true,
  input,
  output: wrapped(
    z.looseObject({ target: z.looseObject({ kind: mediaKind }), value: z.string(), fileResource: resource.optional() }),
    {
      next_offset: z
        .int()
        .nullable()
        .describe('The offset for what comes after these rows; null when there is nothing more.'),
    },
  ),
  async run(asked, call) {
    const { offset = 0, limit = 100 } = asked
    const { client } = await call.open(asked.profile)
    const rows: { target: never; value: string }[] = []
    let at = 0
    let more = false
    for await (const row of rowsOf(client.files, asked, call.signal)) {
      if (at++ < offset) continue
      if (rows.length === limit) {
        more = true
        break
      }
      rows.push(row as never)
    }
    return { structured: { result: rows, next_offset: more ? offset + limit : null } }
  },
})

async function* rowsOf(
  files: FilesAccessor,
  asked: Input,
  signal: AbortSignal,
): AsyncGenerator<Record<string, unknown>> {
  const dates = { updatedAfter: asked.updated_after, updatedBefore: asked.updated_before }
  switch (asked.kind) {
    case 'data_value': {
      const query = {
        dataSet: need(asked, 'data_set'),
        orgUnit: need(asked, 'org_unit'),
        period: asked.period,
        startDate: asked.start_date,
        endDate: asked.end_date,
        children: asked.children,
      }
      for await (const row of files.dataValues.list({ ...query, signal })) yield dataValueRow(row)
      return
    }
    case 'event': {
      const query = {
        program: need(asked, 'program'),
        programStage: asked.program_stage,
        orgUnit: oneUnit(asked.org_unit),
        orgUnitMode: modeOf(asked),
        occurredAfter: asked.occurred_after,
        occurredBefore: asked.occurred_before,
      }
      for await (const row of files.tracker.listEventFiles({ ...query, ...dates, signal })) yield eventRow(row)
      return
    }
    case 'tracked_entity': {
      const { program, tracked_entity_type: trackedEntityType, org_unit: orgUnit } = asked
      const query = { program, trackedEntityType, orgUnit, orgUnitMode: modeOf(asked) }
      for await (const row of files.tracker.listTrackedEntityFiles({ ...query, ...dates, signal }))
        yield trackedEntityRow(row)
    }
  }
}

function need<K extends keyof Input>(asked: Input, name: K): NonNullable<Input[K]> {
  const value = asked[name]
  if (value !== undefined && value !== null) return value
  throw new ToolError('invalid-input', `Pass ${name}: kind ${asked.kind} needs it.`)
}

function modeOf({ org_unit_mode: mode, org_unit: unit }: Input): OrgUnitMode | undefined {
  return mode ?? (unit === undefined ? 'ACCESSIBLE' : undefined)
}

function oneUnit(unit: Input['org_unit']): string | undefined {
  if (!Array.isArray(unit) || unit.length === 1) return [unit].flat()[0]
  throw new ToolError(
    'invalid-input',
    'Pass one org_unit with kind event; org_unit_mode DESCENDANTS takes those below it too.',
  )
}
