import type { Dhis2Client, FileResource, NotModified, TrackerFile } from '@dhis2-files/client'

/** A photo of a program, wherever it was taken. */
export interface Photo {
  /** Uid of the event or tracked entity. */
  readonly owner: string
  /** Uid of the data element or attribute. */
  readonly member: string
  readonly orgUnit: string
  /** Day of the event. */
  readonly date: string | undefined
  /** `undefined` where the server has lost it, and only its uid is left as the value. */
  readonly fileResource: FileResource | undefined
  open(): Promise<TrackerFile | NotModified>
}

/** The photos of the events and tracked entities of a program, as the server lists them: no more than a page is held. */
export async function* photosOf({ files }: Dhis2Client, program: string): AsyncGenerator<Photo> {
  const where = { program, orgUnitMode: 'ACCESSIBLE' } as const
  for await (const { event, dataElement, orgUnit = 'unknown', occurredAt, ...found } of files.tracker.listEventFiles(
    where,
  )) {
    if (!isPhoto(found)) continue
    const open = () => files.tracker.downloadEventFile(event, dataElement)
    const { fileResource } = found
    yield { owner: event, member: dataElement, orgUnit, date: occurredAt?.slice(0, 10), fileResource, open }
  }
  for await (const { trackedEntity, attribute, orgUnit = 'unknown', ...found } of files.tracker.listTrackedEntityFiles(
    where,
  )) {
    if (!isPhoto(found)) continue
    const open = () => files.tracker.downloadAttributeFile(trackedEntity, attribute, { program })
    const { fileResource } = found
    yield { owner: trackedEntity, member: attribute, orgUnit, date: undefined, fileResource, open }
  }
}

/** A value of type IMAGE, or an image among the other files. */
function isPhoto(found: { readonly valueType: string | undefined; readonly fileResource: FileResource | undefined }) {
  return found.valueType === 'IMAGE' || found.fileResource?.contentType.startsWith('image/') === true
}
