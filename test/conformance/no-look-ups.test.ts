import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadRecordings } from './recording.js'
import { chosenBy } from './transform/chosen.js'

/** Words that the recordings choose and the emulator may know all the same, with the reason. */
const ALLOWED: Readonly<Record<string, string>> = {
  none: "a word of HTTP's and CSP's: 'none' as a source, SameSite=None; recorded as a name that no document has",
  no: 'what DHIS2 takes for false; recorded as a wrong password',
  files: "the container of DHIS2's file store; recorded as the name of a token",
}

/** What a source holds as a text of its own: everything between quotes. */
function literals(source: string): Set<string> {
  const found = new Set<string>()
  for (const [, , text] of source.matchAll(/(['"`])((?:\\.|(?!\1)[^\\\n])*)\1/g)) found.add(text ?? '')
  return found
}

/** Whether a word is too common to be looked for in the middle of code. */
function common(word: string): boolean {
  return /^[A-Za-z]{1,11}$/.test(word) || word.length < 4
}

function holds(source: string, texts: ReadonlySet<string>, word: string): boolean {
  if (common(word)) return texts.has(word)
  const escaped = word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
  return new RegExp(`(?<![A-Za-z0-9_])${escaped}(?![A-Za-z0-9_])`).test(source)
}

const folder = path.resolve(import.meta.dirname, '../../packages/emulator/src')
const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'))
const sources = await Promise.all(
  files.map(async (name) => {
    const source = await readFile(path.join(folder, name), 'utf8')
    return { name, source, texts: literals(source) }
  }),
)

describe('the emulator works by rules, not by look-ups', async () => {
  const words = new Map<string, string>()
  for (const recording of await loadRecordings()) {
    const { texts: _, nameParts: __, refused: ___, ...chosen } = chosenBy(recording)
    for (const [kind, all] of Object.entries(chosen)) for (const word of all) words.set(word, kind)
    for (const [, sum] of JSON.stringify(recording).matchAll(/"([0-9a-f]{32})"/g)) words.set(sum ?? '', 'MD5s')
  }

  it('looks for what the recordings choose', () => {
    expect(words.size).toBeGreaterThan(120)
    expect(sources.length).toBeGreaterThan(20)
    expect([words.get('OuFiles0001'), words.get('report.pdf'), words.get('clerk'), words.get('District1-')]).toEqual([
      'uids',
      'fileNames',
      'usernames',
      'passwords',
    ])
  })

  it('finds a word in code, a common one only as a text', () => {
    const source = "const user = 'clerk' // OuFiles0001\nconst Handbook = One"
    const texts = literals(source)
    const found = ['clerk', 'OuFiles0001', 'Handbook', 'One', 'OuFiles000'].filter((word) => holds(source, texts, word))
    expect(found).toEqual(['clerk', 'OuFiles0001'])
  })

  it('holds no uid, MD5, file name, user, password, object name, code or key of the recordings', () => {
    const held = sources.flatMap(({ name, source, texts }) =>
      [...words]
        .filter(([word]) => ALLOWED[word] === undefined && holds(source, texts, word))
        .map(([word, kind]) => `${name}: ${word} (${kind})`),
    )
    expect(held).toEqual([])
  })

  it('is allowed no more than it needs', () => {
    const unused = Object.keys(ALLOWED).filter(
      (word) => !words.has(word) || !sources.some(({ source, texts }) => holds(source, texts, word)),
    )
    expect(unused).toEqual([])
  })
})
