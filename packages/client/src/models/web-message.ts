/** One line of an import report. WIRE.md 10.6. */
export interface ErrorReport {
  /** What is wrong, in DHIS2’s words. */
  readonly message: string
  /** DHIS2’s own code, such as `E4016`. */
  readonly errorCode: string
  /** Java class of the object. */
  readonly mainKlass?: string
  /** Uid of the object. */
  readonly mainId?: string
  /** Member of the object that is wrong. */
  readonly errorProperty?: string
  /** What the message was made of. */
  readonly errorProperties?: readonly unknown[]
  /** What the message was made of, in the reports of tracker imports. */
  readonly args?: readonly (string | null)[]
  /** `EVENT`, and the uid of the object: in the reports of tracker imports. */
  readonly trackerType?: string
  /** Uid of the object, in the reports of tracker imports. */
  readonly uid?: string
  readonly [member: string]: unknown
}

/** DHIS2's envelope around answers and errors. WIRE.md 8.2. */
export interface WebMessage {
  /** Such as `Conflict`. */
  readonly httpStatus?: string
  /** Such as 409: the answer’s own status may be another. */
  readonly httpStatusCode?: number
  /** How it ended. */
  readonly status?: 'OK' | 'WARNING' | 'ERROR' | (string & {})
  /** DHIS2’s own code, such as `E1119`. */
  readonly errorCode?: string
  /** What happened, in DHIS2’s words. */
  readonly message?: string
  /** More of it, for developers. */
  readonly devMessage?: string
  /** What the call made, or the reports of an import. */
  readonly response?: { readonly responseType?: string; readonly [member: string]: unknown }
  readonly [member: string]: unknown
}

/** Reads text as a WebMessage; `undefined` when it is none, cut, or the JSON of something else. Members of a wrong type are left out. */
export function parseWebMessage(text: string): WebMessage | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(json)) return undefined
  const message: Record<string, unknown> = { ...json }
  for (const key of ['httpStatus', 'status', 'errorCode', 'message', 'devMessage'] as const) {
    if (typeof message[key] !== 'string') delete message[key]
  }
  if (!isRecord(message['response'])) delete message['response']
  return message['httpStatus'] === undefined && message['status'] === undefined ? undefined : message
}

/** The error reports of an import, wherever the envelope holds them: an object report, an import report or a tracker report. */
export function errorReportsOf(message: WebMessage | undefined): readonly ErrorReport[] {
  const found: ErrorReport[] = []
  const visit = (value: unknown, depth: number): void => {
    if (depth > 6) return
    if (Array.isArray(value)) for (const item of value.slice(0, 1000)) visit(item, depth + 1)
    else if (isRecord(value)) {
      for (const [key, member] of Object.entries(value)) {
        if (key === 'errorReports' && Array.isArray(member)) found.push(...member.filter(isErrorReport))
        else visit(member, depth + 1)
      }
    }
  }
  visit(message, 0)
  return found
}

function isErrorReport(value: unknown): value is ErrorReport {
  return isRecord(value) && typeof value['message'] === 'string' && typeof value['errorCode'] === 'string'
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
