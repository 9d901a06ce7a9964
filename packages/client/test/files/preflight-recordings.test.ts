import { describe, expect, it } from 'vitest'
import { mediaType } from '../../src/bytes/content-type.js'
import { dispositionOf } from '../../src/bytes/file-name.js'
import { type PreflightFacts, preflight } from '../../src/files/preflight.js'
import { RECORDINGS, type RecordedPart, type RecordedStep, type Recording, recordedBytes } from '../recordings.js'

/** What a server says when it refuses a file for what it is: the reasons that preflight knows. */
const KNOWN =
  /^(File size can't be bigger|Wrong file extension|Invalid content type|Failed to resize image|Could not read file or file is empty|File type not allowed|ERROR: value too long|Value '.*' is not valid for parameter domain)/

interface Case {
  readonly title: string
  readonly facts: PreflightFacts
  readonly outcome: 'stored' | 'lost' | 'refused'
}

const CASES = RECORDINGS.flatMap((recording) => recording.steps.flatMap((step) => caseOf(recording, step)))

function caseOf({ dhis2, traits, steps }: Recording, step: RecordedStep): Case[] {
  const url = new URL(step.request?.path ?? '', 'http://dhis2')
  const parts = step.request?.multipart ?? []
  const part = parts.find(({ name }) => name === 'file')
  if (part === undefined || !/^\/api\/(fileResources|dataValues\/file)$/.test(url.pathname)) return []
  const { json } = step.response ?? {}
  // set-up steps must work, and say nothing
  const taken = step.response === undefined || step.response.status === 202
  if (!taken && !KNOWN.test(json?.message ?? '')) return []
  const field = parts.find(({ name }) => name === 'domain')?.text
  const domain = url.searchParams.get('domain') ?? field ?? 'DATA_VALUE'
  const type = part.type === undefined ? 'application/octet-stream' : mediaType(part.type)
  // where the server changed the name, the one that it took is the one that counts
  const filename = json?.response?.fileResource?.name ?? nameIn(part)
  const facts = { filename, type, domain, traits, ...recordedBytes(part) }
  const outcome = !taken ? 'refused' : staysPending(steps, step) ? 'lost' : 'stored'
  return [{ title: `${dhis2} ${step.id ?? url.pathname} ${filename.slice(0, 40)}`, facts, outcome }]
}

function nameIn({ filename, disposition = '' }: RecordedPart): string {
  const extended = /filename\*=UTF-8''(.*)$/.exec(disposition)?.[1]
  if (extended !== undefined) return decodeURIComponent(extended)
  return filename ?? /filename="(.*)"$/.exec(disposition)?.[1] ?? ''
}

/** Whether the last look at the file that a step made still finds no bytes. */
function staysPending(steps: readonly RecordedStep[], step: RecordedStep): boolean {
  const variable = Object.keys(step.capture ?? {})[0]
  if (variable === undefined) return false
  const looks = steps.filter(({ request }) => request?.path === `/api/fileResources/{{${variable}}}`)
  const last = looks.at(-1)
  return last !== undefined && last.until === undefined && last.response?.json?.storageStatus === 'PENDING'
}

function checked(facts: PreflightFacts): unknown {
  try {
    preflight(facts)
    dispositionOf(facts.filename, facts.type, facts.traits)
    return undefined
  } catch (error) {
    return error
  }
}

describe('preflight against the recordings', () => {
  it('is compared with many exchanges of each kind', () => {
    const count = (outcome: string) => CASES.filter((one) => one.outcome === outcome).length
    expect(count('stored')).toBeGreaterThan(150)
    expect(count('refused')).toBeGreaterThan(60)
    expect(count('lost')).toBe(8)
  })

  it.each(CASES.filter(({ outcome }) => outcome === 'stored'))('accepts $title, which was stored', ({ facts }) => {
    expect(checked(facts)).toBeUndefined()
  })

  it.each(CASES.filter(({ outcome }) => outcome !== 'stored'))('refuses $title, which was $outcome', ({ facts }) => {
    expect(checked(facts)).toMatchObject({ code: 'rejected-file' })
  })
})
