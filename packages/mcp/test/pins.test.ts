import { Client, InMemoryTransport } from '@modelcontextprotocol/client'
import { expect, test } from 'vitest'
import { createMcpServer, type McpOptions } from '../src/server.js'

/*
 * The tools, as a literal: what dhis2w-utils has keeps its name, and hosts decide by the hints whether to ask. A red pin makes a
 * change deliberate: when it is meant, change it in the same commit, and say why.
 */

/** Name, flag that it needs, hints that are true (r: readOnly, d: destructive, i: idempotent, o: openWorld), parameters. */
const TOOLS = `
files_documents_list              -               r i o  fields filter order page page_size profile
files_documents_get               -               r i o  profile uid*
files_documents_download          -               d i o  overwrite path profile uid*
files_documents_upload            --write         o      code content_base64 content_type file_resource filename name path profile sharing text uid
files_documents_create_external   --write         o      code name* profile uid url*
files_documents_update_external   --write         d i o  code name profile uid* url
files_documents_rename            --write         d o    name* profile uid*
files_documents_replace           --write         d o    content_base64 content_type file_resource filename path profile text uid*
files_documents_share             --write         d i o  profile sharing* uid*
files_documents_delete            --allow-delete  d i o  profile uid*
files_resources_list              -               r i o  fields filter order page page_size profile
files_resources_get               -               r i o  profile uid*
files_resources_download          -               d i o  dimension overwrite path profile uid*
files_resources_upload            --write         o      content_base64 content_type domain filename path profile text uid
files_resources_wait              -               r i o  profile timeout_seconds uid*
files_media_list                  -               r i o  children data_set end_date kind* limit occurred_after occurred_before offset org_unit org_unit_mode period profile program program_stage start_date tracked_entity_type updated_after updated_before
files_media_download              -               d i o  attribute attribute_combo attribute_options category_option_combo data_element data_set dimension event kind* org_unit overwrite path period profile program tracked_entity uid
files_media_upload                --write         d o    attribute attribute_combo attribute_options category_option_combo content_base64 content_type data_element data_set event file_resource filename kind* org_unit path period profile program text tracked_entity
profile_list                      -               r i    -
profile_show                      -               r i    name* redacted
profile_verify                    -               r i o  name*
profile_verify_all                -               r i o  -
system_server_info                -               r i o  profile
`

async function toolsOf(options: McpOptions) {
  const files = await createMcpServer({ env: {}, ...options })
  const [ours, theirs] = InMemoryTransport.createLinkedPair()
  const client = new Client({ name: 'pins', version: '1' })
  await files.connect().connect(theirs)
  await client.connect(ours)
  const { tools } = await client.listTools()
  await client.close()
  await files.close()
  return tools
}

test('these are the tools, with what they need, their hints and their parameters', async () => {
  const namesOf = async (options: McpOptions): Promise<string[]> => (await toolsOf(options)).map(({ name }) => name)
  const reading = await namesOf({})
  const writing = await namesOf({ write: true })
  const all = await toolsOf({ write: true, allowDelete: true })
  const rows = all.map(({ name, annotations, inputSchema }) => {
    const needs = reading.includes(name) ? '-' : writing.includes(name) ? '--write' : '--allow-delete'
    const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = annotations ?? {}
    const hints = Object.entries({ r: readOnlyHint, d: destructiveHint, i: idempotentHint, o: openWorldHint })
    const required = new Set(inputSchema.required ?? [])
    const parameters = Object.keys(inputSchema.properties ?? {}).sort(compare)
    const shown = parameters.map((parameter) => (required.has(parameter) ? `${parameter}*` : parameter)).join(' ')
    return [name, needs, hints.flatMap(([letter, is]) => (is ? [letter] : [])).join(' '), shown || '-'].join(' | ')
  })
  const pinned = TOOLS.trim()
    .split('\n')
    .map((line) => /^(\S+) +(\S+) +((?:[rdio] )*[rdio]) +(.*)$/.exec(line)?.slice(1).join(' | '))
  expect(rows).toEqual(pinned)
})

test('on a server that may not write nothing is destructive: no file of this machine is replaced either', async () => {
  const tools = await toolsOf({})
  expect(tools.filter(({ annotations }) => annotations?.destructiveHint !== false)).toEqual([])
})

test('each has a title, a description, a strict input and an output schema', async () => {
  for (const tool of await toolsOf({ write: true, allowDelete: true })) {
    expect(tool.title, tool.name).toBeTruthy()
    expect(tool.description?.length, tool.name).toBeGreaterThan(40)
    expect(tool.annotations?.title, tool.name).toBe(tool.title)
    expect(tool.inputSchema, tool.name).toMatchObject({ type: 'object', additionalProperties: false })
    expect(tool.outputSchema, tool.name).toMatchObject({ type: 'object' })
    for (const [name, schema] of Object.entries(tool.inputSchema.properties ?? {})) {
      expect((schema as { description?: string }).description, `${tool.name} ${name}`).toBeTruthy()
    }
  }
})

test('lists are wrapped as FastMCP wraps them, so that its clients unwrap them', async () => {
  const wrapped = (await toolsOf({})).filter(({ outputSchema }) => outputSchema?.['x-fastmcp-wrap-result'] === true)
  expect(wrapped.map(({ name }) => name)).toEqual([
    'files_documents_list',
    'files_resources_list',
    'files_media_list',
    'profile_list',
    'profile_verify_all',
  ])
})

function compare(a: string, b: string): number {
  return a < b ? -1 : 1
}
