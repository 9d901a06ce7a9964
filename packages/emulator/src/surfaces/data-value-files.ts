import type { Api } from '../api.js'
import type { FileResource } from '../state.js'
import { DataValueStore } from './data-entry/store.js'

/**
 * Ties a file to its value, before 2.43. While the sizes of an image are being made, the transaction that tells of them
 * writes the row as it was before: the tie is lost again (WIRE.md 1.6).
 */
export function assignToValue(
  { state, traits }: Pick<Api, 'state' | 'traits'>,
  file: FileResource,
  owner: string,
): void {
  if (file.hasVariants && !traits.variantFlagAtOnce && state.storageStatus(file) === 'PENDING') return
  state.fileResources.update(file.id, { assigned: true, fileResourceOwner: owner, lastUpdated: state.timestamp() })
}

/** Why a file is not what the element's `valueTypeOptions` allow; undefined when it is. */
export function fileProblem(file: FileResource, options: unknown): string | undefined {
  if (typeof options !== 'object' || options === null) return undefined
  const { maxFileSize, allowedContentTypes } = options as { maxFileSize?: unknown; allowedContentTypes?: unknown }
  if (Number(maxFileSize) > 0 && file.contentLength > Number(maxFileSize)) return 'not_valid_file_size_too_big'
  if (!Array.isArray(allowedContentTypes) || allowedContentTypes.length === 0) return undefined
  return allowedContentTypes.map((type) => String(type).toLowerCase()).includes(file.contentType.toLowerCase())
    ? undefined
    : 'not_valid_file_content_type'
}

/** Who owns a data value's file: values of FILE_RESOURCE elements only, never of images (WIRE.md 1.11). */
export function valuesOfFile({ state }: Pick<Api, 'state'>, file: FileResource): object[] {
  return new DataValueStore(state)
    .all()
    .filter(({ value, dataElement }) => {
      const element = state.collection('dataElements').get(dataElement)
      return value === file.id && element?.['valueType'] === 'FILE_RESOURCE'
    })
    .map(({ dataElement: de, orgUnit: ou, period: pe, categoryOptionCombo: co }) => ({
      domain: file.domain,
      de,
      ou,
      pe,
      co,
    }))
}
