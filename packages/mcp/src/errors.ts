import { isDhis2Error } from '@dhis2-files/client'
import { isProfileError } from '@dhis2-files/profiles'

/** What this server itself refuses, as a word. */
export type ToolErrorCode =
  | 'not-allowed'
  | 'read-only'
  | 'protected-host'
  | 'no-roots'
  | 'outside-roots'
  | 'refused-path'
  | 'too-large'
  | 'invalid-input'

/** A refusal of this server. The message says what, why and what to do next; it holds no secret. */
export class ToolError extends Error {
  /** Tells this error from others. */
  override readonly name = 'ToolError'
  /** What was refused, as a word. */
  readonly code: ToolErrorCode

  constructor(code: ToolErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
  }
}

/** What is told of a failed call. Holds neither a stack nor a secret. */
export interface Failure {
  /** Of the error: `not-found`, `outside-roots` … */
  readonly code: string
  /** What failed, where, why and what to do next. */
  readonly message: string
  /** What else is known, under the names that tools take. */
  readonly details: Readonly<Record<string, unknown>>
}

/** Tells what was thrown. `cancelled` is none: the caller hears nothing of it. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ToolError) return { code: error.code, message: error.message, details: {} }
  if (isProfileError(error)) return { code: error.code, message: error.message, details: {} }
  if (isDhis2Error(error)) {
    const { code, message, retryable, doubtful, status, errorCode, fileResource, document, sharing } = error.toJSON()
    const left = fileResource === undefined ? '' : leftOnServer(fileResource)
    const open = sharing === undefined ? '' : ` The sharing that it should have: ${JSON.stringify(sharing)}.`
    return {
      code,
      message: `${inOurWords(message)}${left}${open}`,
      details: defined({
        retryable: retryable || undefined,
        doubtful: doubtful || undefined,
        status,
        error_code: errorCode,
        file_resource: fileResource,
        document,
        sharing,
      }),
    }
  }
  // the client's word for misuse
  if (error instanceof TypeError && !/\b(?:undefined|null|is not a function)\b/.test(error.message)) {
    return { code: 'invalid-input', message: error.message, details: {} }
  }
  return {
    code: 'internal',
    message: `The server failed in a way that it does not know (${nameOf(error)}). Its stderr says more.`,
    details: {},
  }
}

/** What the client tells a program to do, and what does the same here. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/the client's option maxFileUploadSize/g, 'max_file_size of the profile, in its dhis2-files.toml'],
  [/shareDocument\(uid, error\.sharing\)/g, 'files_documents_share'],
  [/updateExternalDocument/g, 'files_documents_update_external'],
  [/downloadByFile/g, 'files_media_download with kind file'],
  [/goes by \{ program \}/g, 'goes by program'],
  [/Leave fileResource out/g, 'Leave file_resource out'],
]

function inOurWords(message: string): string {
  return WORDS.reduce((text, [theirs, ours]) => text.replace(theirs, ours), message)
}

function leftOnServer(fileResource: string): string {
  return ` The file is on the server as file resource ${fileResource}: the same call with file_resource "${fileResource}" finishes without sending it again.`
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}

function defined(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
