import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { ROOT } from '../source-graph.js'

const documents = [
  'README.md',
  ...readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/README.md`),
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

describe.each(documents)('%s', (path) => {
  const text = readFileSync(join(ROOT, path), 'utf8')

  test('shows files as they are', () => {
    for (const [, file = '', code] of text.matchAll(/^```\w+ file=(\S+)\n(.*?)^```$/gms)) {
      expect(code, file).toBe(readFileSync(join(ROOT, file), 'utf8'))
    }
  })

  test('leads to files that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, to = '']) => join(path, '..', to))
    expect(links.filter((to) => !readable(to))).toEqual([])
  })
})

test('the workflow of the emulator’s README is one', () => {
  const text = readFileSync(join(ROOT, 'packages', 'emulator', 'README.md'), 'utf8')
  const [, yaml = ''] = /^```yaml\n(.*?)^```$/ms.exec(text) ?? []
  const step = expect.toSatisfy((one: object) => 'uses' in one !== 'run' in one)
  expect(parse(yaml)).toEqual({
    name: 'test',
    on: ['push', 'pull_request'],
    jobs: { test: { 'runs-on': 'ubuntu-latest', steps: Array.from({ length: 6 }, () => step) } },
  })
})

test('every statement of docs/uploads.md has its test', () => {
  const text = readFileSync(join(ROOT, 'docs', 'uploads.md'), 'utf8')
  const proofs = [...text.matchAll(/^\| .* \| (\S+\.test\.ts)(?:: (.*))? \|$/gm)]
  expect(proofs.length).toBeGreaterThan(30)
  for (const [, file = '', title = ''] of proofs) expect(readFileSync(join(ROOT, file), 'utf8')).toContain(title)
})

function readable(path: string): boolean {
  try {
    return readFileSync(join(ROOT, path)).length > 0
  } catch {
    return readdirSync(join(ROOT, path)).length > 0
  }
}
