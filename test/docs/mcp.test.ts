import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseMcpFlags } from '@dhis2-files/mcp'
import { expect, test } from 'vitest'
import { ROOT } from '../source-graph.js'

const DOCUMENTS = ['docs/mcp.md', 'packages/mcp/README.md']

test('docs/mcp.md is what the tools and flags say', { timeout: 180_000 }, async () => {
  const script = join(ROOT, 'scripts', 'mcp-docs.mjs')
  await expect(promisify(execFile)(process.execPath, [script, '--check'])).resolves.toBeDefined()
})

test.each(DOCUMENTS)('the set-up snippets of %s are JSON, and start the server with flags that it has', (path) => {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const snippets = [...text.matchAll(/^```json\n(.*?)^```$/gms)].map(([, json = '']) => JSON.parse(json))
  const servers = snippets.flatMap((snippet) => Object.values(snippet.mcpServers ?? snippet.servers)) as {
    command: string
    args: string[]
  }[]
  expect(servers.length).toBeGreaterThan(0)
  for (const { command, args } of servers) startsServer([command, ...args])
})

test.each(DOCUMENTS)('the command lines of %s start the server with flags that it has', (path) => {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const lines = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, code = '']) => code.trim().split('\n'))
  const starting = lines.filter(
    (line) => /dhis2-files mcp|@dhis2-files\/mcp/.test(line) && !line.startsWith('npm install'),
  )
  for (const line of starting) startsServer(line.replace(/^claude mcp add \S+ (?:.* )?-- /, '').split(' '))
})

/** `npx -y dhis2-files mcp …` or `npx -y @dhis2-files/mcp …`, and flags. */
function startsServer(words: readonly string[]): void {
  const [, flags] = /^npx -y (?:dhis2-files mcp|@dhis2-files\/mcp)(?: (.*))?$/.exec(words.join(' ')) ?? []
  expect(words.slice(0, 2)).toEqual(['npx', '-y'])
  expect(() => parseMcpFlags(flags?.split(' ') ?? [])).not.toThrow()
}
