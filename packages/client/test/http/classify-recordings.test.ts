import { describe, expect, it } from 'vitest'
import type { Dhis2ErrorCode } from '../../src/errors.js'
import { withClassification } from '../../src/http/classify.js'
import type { Method } from '../../src/http/transport.js'
import { failure } from '../doubles/failure.js'
import { FakeClock } from '../doubles/fake-clock.js'
import { RECORDINGS } from '../recordings.js'

/** What every recorded refusal is understood as, at every version. */
const EXPECTED: Readonly<Record<string, Dhis2ErrorCode>> = {
  'file.get.unknown': 'not-found',
  'file.get.malformed-uid': 'not-found',
  'file.data.unknown': 'not-found',
  'file.data.unknown.accept-image': 'server',
  'file.data.data-value-domain': 'forbidden',
  'file.upload.unknown-domain': 'protocol',
  'file.upload.chosen-uid.again': 'already-exists',
  'file.upload.empty': 'rejected-file',
  'file.upload.blocked-extension': 'rejected-file',
  'file.upload.blocked-type': 'rejected-file',
  'file.upload.bin-extension': 'rejected-file',
  'file.upload.upper-case-blocked-extension': 'rejected-file',
  'file.upload.over-size-cap': 'too-large',
  'file.upload.name.long-star': 'rejected-file',
  'file.upload.name.long-ascii': 'rejected-file',
  'file.upload.name.too-long': 'rejected-file',
  'file.upload.no-file-part': 'protocol',
  'file.upload.not-multipart': 'protocol',
  'file.upload.icon.wrong-extension': 'rejected-file',
  'file.upload.icon.upper-case-extension': 'rejected-file',
  'file.upload.icon.not-an-image': 'rejected-file',
  'file.data.avatar.invalid-dimension': 'protocol',
  'file.upload.avatar.wrong-type': 'rejected-file',
  'file.upload.avatar.too-big': 'too-large',
  'file.upload.org-unit.fake': 'rejected-file',
  'file.delete': 'unsupported',
  'file.put': 'unsupported',
  'file.list.unknown-property': 'protocol',
  'file.list.unknown-operator': 'protocol',
  'file.owners.no-key': 'protocol',
  'document.data.external': 'protocol',
  'document.create.file-taken': 'conflict',
  'document.create.unknown-file': 'conflict',
  'document.create.bad-url': 'conflict',
  'document.create.url-with-parenthesis': 'conflict',
  'document.create.no-url': 'conflict',
  'document.create.no-name': 'conflict',
  'document.create.long-name': 'conflict',
  'document.create.chosen-uid.again': 'already-exists',
  'document.create.duplicate-code': 'already-exists',
  'document.create.malformed-uid': 'conflict',
  'document.create.malformed-json': 'protocol',
  'document.create.wrong-type': 'protocol',
  'document.create.multipart': 'protocol',
  'document.get.unknown': 'not-found',
  'document.data.unknown': 'not-found',
  'document.put.uploaded': 'conflict',
  'document.patch.uploaded': 'conflict',
  'document.create.as-clerk': 'forbidden',
  'document.delete.not-permitted': 'forbidden',
  'document.delete.unknown': 'not-found',
  'document.data.pending': 'not-yet-stored',
  'file.data.pending': 'not-yet-stored',
  'file.data.pending.head': 'not-yet-stored',
  'access.anonymous.xhr': 'unauthenticated',
  'access.anonymous.browser': 'unauthenticated',
  'access.anonymous.upload': 'unauthenticated',
  'access.wrong-password': 'unauthenticated',
  'access.token.malformed': 'unauthenticated',
  'access.token.unknown': 'unauthenticated',
  'access.login.wrong': 'unauthenticated',
  'access.unknown-route': 'not-found',
  'access.not-acceptable': 'protocol',
  'bulk.create.again': 'already-exists',
  'bulk.create.one-bad': 'conflict',
  'bulk.create.one-bad.all': 'conflict',
  'file.upload.malformed-uid': 'protocol',
}

interface Step {
  readonly id?: string
  readonly request?: { readonly method: Method; readonly path: string }
  readonly response?: {
    readonly status: number
    readonly headers?: Readonly<Record<string, string>>
    readonly json?: unknown
    readonly text?: string
    readonly htmlTitle?: string
    readonly bytes?: number
    readonly empty?: boolean
  }
}

/** DHIS2's answer for missing bytes, as it begins when it is cut. */
const CUT = '{"httpStatus":"Internal Server Error"'

function bodyOf({ json, text, htmlTitle, bytes }: NonNullable<Step['response']>): string {
  if (json !== undefined) return JSON.stringify(json)
  if (htmlTitle !== undefined) return `<!doctype html><html><head><title>${htmlTitle}</title></head></html>`
  return text ?? (bytes === undefined ? '' : CUT.slice(0, bytes))
}

function play({ request, response }: Step) {
  const { method = 'GET', path = '' } = request ?? {}
  const { status = 200, headers = {} } = response ?? {}
  const kept = Object.entries(headers).filter(([name]) => !/^(content-length|transfer-encoding)$/.test(name))
  const text = response ? bodyOf(response) : ''
  const fill = (value: string): string =>
    value.replaceAll('{{base}}', 'https://dhis2.test').replace(/\{\{\w+\}\}/g, 'AbcDefGhi12')
  const answer = new Response(method === 'HEAD' ? null : fill(text), {
    status,
    headers: kept.map(([name, value]): [string, string] => [name, fill(String(value))]),
  })
  const layer = withClassification(() => Promise.resolve(answer), {
    what: 'do it',
    clock: new FakeClock(),
    redact: (value) => value,
  })
  const url = new URL(fill(path), 'https://dhis2.test/')
  return failure(layer({ method, url, headers: new Headers(), idempotent: true, signal: new AbortController().signal }))
}

describe.each(RECORDINGS.map((recording) => [recording.dhis2, recording.steps as readonly Step[]] as const))(
  '%s',
  (_, steps) => {
    const refused = steps.filter(
      ({ id = '', response }) =>
        /^(file|document|access|bulk)\./.test(id) &&
        response !== undefined &&
        (response.status < 200 || response.status > 299) &&
        response.status !== 304,
    )

    it.each(refused.map((step) => [step.id ?? '', step] as const))('%s', async (id, step) => {
      const error = await play(step)
      expect(error.code).toBe(EXPECTED[id])
      expect(error.message).toContain(`answered ${step.response?.status}`)
      const { errorCode } = (step.response?.json ?? {}) as { errorCode?: string }
      if (errorCode !== undefined) expect(error).toMatchObject({ errorCode })
    })
  },
)
