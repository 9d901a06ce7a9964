import type { Uploadable } from '../bytes/source.js'
import type { WithFile } from './by-uid.js'
import type { FilesContext } from './context.js'
import { listed } from './list.js'
import type { AttachOptions } from './provide-file.js'
import type { AttachedFile } from './tracker-attach.js'
import type { DownloadAttributeOptions, DownloadTrackerOptions, NotModified, TrackerFile } from './tracker-download.js'
import type { EventFile, EventQuery, TrackedEntityFile, TrackedEntityQuery } from './tracker-list.js'
import type { TrackerKind, TrackerPlace } from './tracker-objects.js'
import { withinTotal } from './total.js'

/** How a tracked entity gets a file. */
export interface AttachToTrackedEntityOptions extends AttachOptions {
  /** Uid of the program whose attribute it is. Default: the attributes of the tracked entity's type. */
  readonly program?: string | undefined
}

/** `client.files.tracker`: the files of events and tracked entities. WIRE.md 4. */
export class TrackerFiles {
  readonly #context: FilesContext

  constructor(context: FilesContext) {
    this.#context = context
  }

  /**
   * The file of an event, or `not-modified` when `etag` is still its file. As an image it can be asked for in another size.
   * WIRE.md 4.2, 4.3. @throws Dhis2Error `not-found` where there is no value; `protocol` for an image that is none, or has no copies
   */
  async downloadEventFile(
    event: string,
    dataElement: string,
    options: DownloadTrackerOptions = {},
  ): Promise<TrackerFile | NotModified> {
    return this.#download({ kind: (await objects()).EVENT, uid: event, member: dataElement }, options)
  }

  /** The file of an attribute of a tracked entity, as {@link downloadEventFile}. An attribute of a program goes by `program`. */
  async downloadAttributeFile(
    trackedEntity: string,
    attribute: string,
    options: DownloadAttributeOptions = {},
  ): Promise<TrackerFile | NotModified> {
    const { program } = options
    return this.#download({ kind: await entity(), uid: trackedEntity, member: attribute, program }, options)
  }

  /**
   * Every value of the events of a program that has a file, with it. A file resource's `assigned` says nothing about whether
   * it is used (WIRE.md 6.3). Holds a page; an event that is deleted meanwhile may hide another one at a page's edge.
   * @throws TypeError · Dhis2Error
   */
  listEventFiles(query: EventQuery): AsyncIterable<WithFile<EventFile>> {
    return listed(async () => (await import('./tracker-list.js')).listEventFiles(this.#context, query))
  }

  /** Every attribute value of tracked entities that has a file, as {@link listEventFiles}. Files of their events are those of the events. */
  listTrackedEntityFiles(query: TrackedEntityQuery): AsyncIterable<WithFile<TrackedEntityFile>> {
    return listed(async () => (await import('./tracker-list.js')).listTrackedEntityFiles(this.#context, query))
  }

  /**
   * Gives a data element of an event a file: the file first, stored, then the whole event with this one value changed, since
   * the server's update replaces every member that is left out; then it is read again. When the file is on the server
   * and a later step fails, the error carries `fileResource`: the same call with it finishes without sending the bytes again.
   * The server's report names the object and the rule (`error.errorCode`). WIRE.md 4.4.
   * @throws Dhis2Error `unsupported` before anything is written where the release refuses images (2.41.9, 2.42.5, 2.42.5.1);
   * `conflict` when the event is not otherwise what it was
   */
  async attachToEvent(
    event: string,
    dataElement: string,
    data: Uploadable,
    options: AttachOptions = {},
  ): Promise<AttachedFile> {
    return this.#attach({ kind: (await objects()).EVENT, uid: event, member: dataElement }, data, options)
  }

  /** Gives an attribute of a tracked entity a file, as {@link attachToEvent}. An attribute of a program goes by `program`. */
  async attachToTrackedEntity(
    trackedEntity: string,
    attribute: string,
    data: Uploadable,
    options: AttachToTrackedEntityOptions = {},
  ): Promise<AttachedFile> {
    const { program } = options
    return this.#attach({ kind: await entity(), uid: trackedEntity, member: attribute, program }, data, options)
  }

  async #download(place: TrackerPlace, options: DownloadTrackerOptions): Promise<TrackerFile | NotModified> {
    return (await import('./tracker-download.js')).downloadTrackerFile(this.#context, place, options)
  }

  async #attach(place: TrackerPlace, data: Uploadable, options: AttachOptions): Promise<AttachedFile> {
    const { attachFile } = await import('./tracker-attach.js')
    return withinTotal(this.#context, 'attach the file', options, (own) => attachFile(this.#context, place, data, own))
  }
}

const objects = (): Promise<typeof import('./tracker-objects.js')> => import('./tracker-objects.js')
const entity = async (): Promise<TrackerKind> => (await objects()).TRACKED_ENTITY
