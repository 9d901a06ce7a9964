import type { Dhis2Client, Document, FileResource, Page, Paged } from '@dhis2-files/client'
import { AT_ONCE } from '../by-uid.js'

/** The same list, each uploaded document with its `fileResource`, asked for fifty at a time. */
export function withDetails(client: Dhis2Client, list: Paged<Document>, signal: AbortSignal): Paged<Document> {
  const detailed = async (documents: readonly Document[]): Promise<Document[]> => {
    const uids = documents.filter(({ external }) => !external).map(({ url }) => url)
    const files = new Map<string, FileResource>()
    for (let at = 0; at < uids.length; at += AT_ONCE) {
      const filter = `id:in:[${uids.slice(at, at + AT_ONCE).join(',')}]`
      const page = await client.files.listFileResources({ filter, pageSize: AT_ONCE, signal })
      for (const file of page.items) files.set(file.id, file)
    }
    return documents.map((document) => {
      const fileResource = files.get(document.url)
      return document.external || fileResource === undefined ? document : { ...document, fileResource }
    })
  }
  let first: Promise<Page<Document>> | undefined
  return {
    then(resolve, reject) {
      first ??= Promise.resolve(list).then(async (page) => ({ ...page, items: await detailed(page.items) }))
      return first.then(resolve, reject)
    },
    async *[Symbol.asyncIterator]() {
      let block: Document[] = []
      for await (const document of list) {
        block.push(document)
        if (block.length < AT_ONCE) continue
        yield* await detailed(block)
        block = []
      }
      yield* await detailed(block)
    },
  }
}
