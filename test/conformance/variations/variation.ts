import type { Dhis2Version, EmulatorSettings, SeedUser } from '@dhis2-files/emulator'
import type { Json, Part, RecordedRequest, Step } from '../recording.js'
import type { RequirementName } from '../requirements.js'

/** A few exchanges that follow from a rule of the dossier. */
export interface Variation {
  readonly title: string
  readonly rule: RequirementName
  /** The section of WIRE.md that the expectation is derived from. */
  readonly wire: string
  /** @default every version */
  readonly versions?: readonly Dhis2Version[]
  readonly settings?: EmulatorSettings
  readonly story: readonly Scene[]
}

/** One request; without `expect` it only has to work. */
export interface Scene extends Pick<Step, 'capture' | 'until'> {
  readonly request: RecordedRequest
  readonly expect?: Expected | ((version: Dhis2Version) => Expected)
}

/** What an answer must be; what is not named may be as it likes. */
export interface Expected {
  readonly status: number
  /** Members that it must have; `undefined` for one that it must not have. */
  readonly json?: Members
  /** The members that it must have no other than, at the top. */
  readonly onlyMembers?: readonly string[]
  readonly message?: string | RegExp
  /** `null`: there must be none. */
  readonly errorCode?: string | null
  /** Codes of the error reports, in their order. */
  readonly reports?: readonly string[]
  /** Texts of the error reports, in their order. */
  readonly texts?: readonly string[]
  /** `null`: it must not be there. */
  readonly headers?: Readonly<Record<string, string | RegExp | null>>
  readonly text?: string
  readonly htmlTitle?: string
  readonly empty?: true
  readonly image?: { readonly type: string; readonly width: number; readonly height: number }
  /** Names, or else displayed names or ids, of the rows of a list. */
  readonly rows?: readonly string[]
  /** The rows may come in any order: none was asked for. */
  readonly unordered?: true
}

interface Members {
  readonly [member: string]: unknown
}

export const ALL: readonly Dhis2Version[] = ['2.41', '2.42', '2.43', '2.44']
export const EARLY: readonly Dhis2Version[] = ['2.41', '2.42']
export const LATE: readonly Dhis2Version[] = ['2.43', '2.44']
export const BEFORE_44: readonly Dhis2Version[] = ['2.41', '2.42', '2.43']

export const PASSWORD = 'Secret-123'
/** May make public and private documents, and delete them. */
export const KEEPER = { basic: `keeper:${PASSWORD}` }
/** May make private documents only. */
export const WRITER = { basic: `writer:${PASSWORD}` }
/** May sign in. */
export const READER = { basic: `reader:${PASSWORD}` }

export const USERS: readonly SeedUser[] = [
  {
    id: 'KeeperUser1',
    username: 'keeper',
    password: PASSWORD,
    firstName: 'Kay',
    surname: 'Keeper',
    authorities: ['F_DOCUMENT_PUBLIC_ADD', 'F_DOCUMENT_PRIVATE_ADD', 'F_DOCUMENT_DELETE'],
  },
  { id: 'WriterUser1', username: 'writer', password: PASSWORD, authorities: ['F_DOCUMENT_PRIVATE_ADD'] },
  { id: 'ReaderUser1', username: 'reader', password: PASSWORD },
]

type Options = Omit<RecordedRequest, 'method' | 'path'>
type Outcome = Scene['expect']

function scene(method: string, path: string, options: Options, expect: Outcome): Scene {
  return { request: { method, path, ...options }, ...(expect !== undefined && { expect }) }
}

export function get(path: string, expect?: Outcome, options: Options = {}): Scene {
  return scene('GET', path, options, expect)
}

export function send(method: string, path: string, json: Json, expect?: Outcome, options: Options = {}): Scene {
  return scene(method, path, { ...options, json }, expect)
}

export function request(method: string, path: string, expect?: Outcome, options: Options = {}): Scene {
  return scene(method, path, options, expect)
}

export function patch(path: string, operations: Json, expect?: Outcome, options: Options = {}): Scene {
  const type = 'application/json-patch+json'
  return scene('PATCH', path, { ...options, body: { type, text: JSON.stringify(operations) } }, expect)
}

/** An upload to `/api/fileResources`; `query` without the question mark. */
export function upload(query: string, part: Omit<Part, 'name'>, expect?: Outcome, options: Options = {}): Scene {
  const path = `/api/fileResources${query === '' ? '' : `?${query}`}`
  const file: Part = { name: 'file', ...part }
  return scene('POST', path, { ...options, multipart: [file] }, expect)
}

/** The scene, and its new file resource's uid as a variable. */
export function asFile(name: string, uploading: Scene): Scene {
  return { ...uploading, capture: { [name]: 'response.fileResource.id' } }
}

/** The scene, and its new object's uid as a variable. */
export function asObject(name: string, creating: Scene): Scene {
  return { ...creating, capture: { [name]: 'response.uid' } }
}

export function stored(variable: string): Scene {
  return {
    ...get(`/api/fileResources/{{${variable}}}`, { status: 200, json: { storageStatus: 'STORED' } }),
    until: 'stored',
  }
}

export const text = (filename: string, content = 'some words\n'): Omit<Part, 'name'> => ({
  filename,
  type: 'text/plain',
  text: content,
})

/** A plain text that is uploaded as a document's file and stored. */
export function storedText(variable: string, filename = `${variable}.txt`): Scene[] {
  return [asFile(variable, upload('domain=DOCUMENT', text(filename))), stored(variable)]
}

export const link = (name: string, more: { [member: string]: Json } = {}): { [member: string]: Json } => ({
  name,
  url: 'https://files.example.net/x',
  external: true,
  ...more,
})

/** An external document with a uid of ours. */
export function makeLink(
  id: string,
  name: string,
  more: { [member: string]: Json } = {},
  options: Options = {},
): Scene {
  return send('POST', '/api/documents', link(name, { id, ...more }), undefined, options)
}

export const refused = (message: string | RegExp, errorCode: string | null = null): Expected => ({
  status: 409,
  message,
  errorCode,
  json: { httpStatus: 'Conflict', httpStatusCode: 409, status: 'ERROR' },
})
