import type { Api } from '../api.js'
import { ApiError } from '../http/web-message.js'
import { describeFile } from './file-resources.js'
import { fileReply } from './file-reply.js'

/** `/api/audits/files/{uid}`: any file of a data value by its uid, also of one that was replaced (WIRE.md 3.7). */
export function audits(api: Api): void {
  api.routes.get('/api/audits/files/:uid', (call) => {
    const uid = call.param('uid')
    const file = api.state.fileResources.get(uid)
    if (file === undefined || file.domain !== 'DATA_VALUE') {
      const error = new ApiError(404, `No file found with uid '${uid}'`, { rendering: 'controller' })
      error.policy = 'file-error'
      throw error
    }
    const blob = api.state.blob(file)
    if (blob === undefined) throw notYetStored(api, file)
    return fileReply(file, blob, { length: file.contentLength })
  })
}

/** The 409 of the data value routes for bytes that are not there yet (WIRE.md 3.5). */
export function notYetStored(api: Api, file: Parameters<typeof describeFile>[1]): ApiError {
  return new ApiError(409, 'The content is being processed and is not available yet. Try again later.', {
    devMessage: 'The content requested is in transit to the file store and will be available at a later time.',
    response: { responseType: 'FileResource', fileResource: describeFile(api, file, { status: 'PENDING' }) },
    rendering: 'controller',
  })
}
