import type { FileResource } from '@dhis2-files/client'
import { factLines } from '../output/facts.js'
import { humanDate, humanSize } from '../output/human.js'

/** What is known of a file resource, for a person. */
export function fileFacts(file: FileResource): string {
  return factLines({
    Uid: file.id,
    Name: file.name,
    Domain: file.domain,
    Type: file.contentType,
    Size: `${humanSize(file.contentLength)} (${file.contentLength.toLocaleString('en')} bytes)`,
    MD5: file.contentMd5,
    Storage: file.storageStatus,
    Created: `${humanDate(file.created)} by ${file.createdBy?.username ?? 'nobody known'}`,
  })
}
