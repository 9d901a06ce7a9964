import type { Middleware } from '@dhis2-files/client'
import { type Leftovers, UNFINISHED } from './leftovers.js'

/** Notes each file as its upload goes out: after Ctrl-C nobody else knows of it. What becomes of it the steps say later. */
export function noteUploads(leftovers: Leftovers): Middleware {
  return (next) => async (request) => {
    const { method, url } = request
    const uid = url.searchParams.get('uid')
    if (method !== 'POST' || !url.pathname.endsWith('/api/fileResources') || uid === null) return next(request)
    const response = await next(request).catch((error: unknown) => {
      leftovers.fileStays(uid, UNFINISHED)
      throw error
    })
    if (response.ok) leftovers.fileStays(uid, UNFINISHED)
    return response
  }
}
