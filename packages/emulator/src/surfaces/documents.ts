import type { Api } from '../api.js'
import { empty } from '../http/reply.js'
import { ApiError } from '../http/web-message.js'
import type { ImportHook } from '../metadata/import.js'
import { type ErrorReport, errorReport } from '../metadata/reports.js'
import { type Schema, findSchema } from '../metadata/schemas.js'
import type { Row } from '../storage/collection.js'
import { checkPathUid } from './file-resources.js'
import { fileReply, missingDocumentBlobReply } from './file-reply.js'

/** The server's own pattern for the URL of an external document. */
const URL_PATTERN = /^https?:\/\/[-a-zA-Z0-9+&@#/%?=~_|!:,.;]*[-a-zA-Z0-9+&@#/%=~_|]$/

/** What `/api/documents` has beside the routes of every type: its bytes, and the hook of its files (WIRE.md 2). */
export function documents(api: Api): void {
  const schema = findSchema('documents')
  if (schema === undefined) return
  api.importer.hooks.set('documents', documentHook(api, schema))

  api.routes.get('/api/documents/:uid/data', (call) => {
    const uid = call.param('uid')
    checkPathUid(api, uid)
    const document = api.state.documents.get(uid)
    if (document === undefined || !api.access.canRead(call.user, schema, document))
      throw new ApiError(404, api.traits.documentNotFound(uid), { rendering: 'controller' })
    if (document['external'] === true) return empty(302, { location: String(document['url']) })
    const file = api.state.fileResources.get(String(document['url']))
    if (file === undefined) throw new ApiError(404, api.traits.documentNotFound(uid), { rendering: 'controller' })
    const blob = api.state.blob(file)
    return blob === undefined
      ? missingDocumentBlobReply(file, api.traits)
      : fileReply(file, blob, { length: file.contentLength })
  })
}

function documentHook(api: Api, schema: Schema): ImportHook {
  const { state, access } = api
  return {
    validate: (row) => validateUrl(api, schema, row),
    complete(row) {
      row['external'] ??= false
      row['attachment'] ??= false
    },
    saved(row, _previous, user) {
      // every write that goes through the importer ends with the sharing of a new document (WIRE.md 2.2)
      const owner = (row['sharing'] as { owner?: string } | undefined)?.owner ?? user.id
      row['sharing'] = {
        owner,
        public: access.canMakePublic(user, schema) ? 'rw------' : '--------',
        users: {},
        userGroups: {},
      }
      if (row['external'] === true) return
      // the storage key keeps the folder of the domain it was uploaded for; a replaced file stays assigned
      state.fileResources.update(String(row['url']), {
        domain: 'DOCUMENT',
        assigned: true,
        fileResourceOwner: row.id,
      })
    },
    deleted(row, direct) {
      if (!direct || row['external'] === true) return
      state.fileResources.update(String(row['url']), { assigned: false, lastUpdated: state.timestamp() })
    },
  }
}

/** At most one error, in this order (WIRE.md 2.3). */
function validateUrl(api: Api, schema: Schema, row: Row): ErrorReport[] {
  const url = row['url']
  if (typeof url !== 'string') return [errorReport(schema, 'E4000', 'Missing required property `url`', ['url'])]
  if (row['external'] === true)
    return URL_PATTERN.test(url)
      ? []
      : [errorReport(schema, 'E4004', `Property \`url\` requires a valid URL, was given \`${url}\``, ['url', url])]
  const file = api.state.fileResources.get(url)
  if (file === undefined)
    return [
      errorReport(
        schema,
        'E4015',
        `Property \`url\` refers to an object that does not exist, could not find \`${url}\``,
        ['url', url],
      ),
    ]
  if (!file.assigned) return []
  return [
    errorReport(
      schema,
      'E4016',
      `Object referenced by the \`url\` property is already associated with another object, value: \`${url}\``,
      ['url', url],
    ),
  ]
}
