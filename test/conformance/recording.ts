import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'

export type Json = string | number | boolean | null | Json[] | { [member: string]: Json }

/** Exchanges recorded from one DHIS2; the format is told in README.md. */
export interface Recording {
  readonly dhis2: string
  readonly steps: readonly Step[]
}

export interface Step {
  readonly id?: string
  readonly note?: string
  readonly request?: RecordedRequest
  readonly capture?: Readonly<Record<string, string>>
  readonly until?: 'stored' | 'settled'
  readonly sleep?: number
  readonly response?: RecordedResponse
  readonly ignore?: readonly string[]
  readonly only?: readonly string[]
  readonly pixels?: boolean
}

export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly auth?: 'none' | { readonly basic: string } | { readonly token: string } | { readonly cookie: string }
  readonly headers?: Readonly<Record<string, string | null>>
  readonly json?: Json
  readonly multipart?: readonly Part[]
  readonly body?: { readonly type: string; readonly text: string }
}

export interface Part {
  readonly name: string
  readonly filename?: string
  /** What follows `name="…"`, byte for byte. */
  readonly disposition?: string
  readonly type?: string
  readonly text?: string
  readonly fixture?: string
  readonly repeat?: { readonly bytes: number; readonly of?: string }
}

export interface RecordedResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly json?: Json
  readonly text?: string
  readonly htmlTitle?: string
  readonly bytes?: number
  readonly md5?: string
  readonly image?: Json
  readonly empty?: boolean
  readonly broken?: string
}

export interface Played extends RecordedResponse {
  /** The start of the body as it came. */
  readonly said: string
}

/** The files that recorded uploads send, by name. */
export type Fixtures = Readonly<Record<string, Buffer>>

const here = import.meta.dirname

/** The recordings, oldest version first. */
export async function loadRecordings(): Promise<Recording[]> {
  const folder = path.join(here, 'recordings')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
  return Promise.all(
    names.map(async (name) => JSON.parse(await readFile(path.join(folder, name), 'utf8')) as Recording),
  )
}

export async function loadFixtures(): Promise<Fixtures> {
  const folder = path.join(here, 'fixtures')
  const names = await readdir(folder)
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(path.join(folder, name))] as const)),
  )
}

/** `2.43` of `2.43.1`. */
export function releaseLine(version: string): string {
  return /^\d+\.\d+/.exec(version)?.[0] ?? version
}

/** Whether a part is a file: it has a file name, in whatever form. */
export function isFilePart(part: Part): boolean {
  return part.filename !== undefined || (part.disposition?.includes('filename') ?? false)
}
