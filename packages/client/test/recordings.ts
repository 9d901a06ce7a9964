import { readdirSync, readFileSync } from 'node:fs'
import { VERSIONS, type VersionTraits } from '../src/versions.js'

/** The parts of a recorded exchange that the upload tests look at; test/conformance holds them. */
export interface RecordedStep {
  readonly id?: string
  readonly request?: { readonly path: string; readonly multipart?: readonly RecordedPart[] }
  readonly capture?: Readonly<Record<string, string>>
  readonly until?: string
  readonly response?: { readonly status: number; readonly json?: RecordedJson }
}

export interface RecordedJson {
  readonly message?: string
  readonly errorCode?: string
  readonly storageStatus?: string
  readonly response?: { readonly fileResource?: { readonly name: string; readonly contentType: string } }
}

export interface RecordedPart {
  readonly name: string
  readonly filename?: string
  readonly disposition?: string
  readonly type?: string
  readonly text?: string
  readonly fixture?: string
  readonly repeat?: { readonly bytes: number }
}

export interface Recording {
  readonly dhis2: string
  readonly traits: VersionTraits
  readonly steps: readonly RecordedStep[]
}

const FOLDER = new URL('../../../test/conformance/', import.meta.url)

export const RECORDINGS: readonly Recording[] = readdirSync(new URL('recordings', FOLDER))
  .filter((file) => file.endsWith('.json'))
  .map((file) => {
    const { dhis2, steps } = JSON.parse(readFileSync(new URL(`recordings/${file}`, FOLDER), 'utf8'))
    const traits = VERSIONS.find(({ line }) => dhis2.startsWith(line))
    if (traits === undefined) throw new Error(`no row for ${dhis2}`)
    return { dhis2, steps, traits }
  })

/** The bytes of a part, and how many they are: of a long one only the first. */
export function recordedBytes({ text, fixture, repeat }: RecordedPart): { head: Uint8Array; size: number } {
  if (repeat !== undefined) return { head: new TextEncoder().encode('x'.repeat(64)), size: repeat.bytes }
  const bytes =
    fixture === undefined
      ? new TextEncoder().encode(text ?? '')
      : new Uint8Array(readFileSync(new URL(`fixtures/${fixture}`, FOLDER)))
  return { head: bytes.subarray(0, 64), size: bytes.byteLength }
}
