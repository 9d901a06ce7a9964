import type { Uploadable } from '../bytes/source.js'
import type { RequestOptions } from '../http/call.js'
import type { FileResource } from '../models/file-resource.js'
import type { FilesContext } from './context.js'
import type { FileDownload } from './download.js'
import type { DownloadImageOptions } from './images.js'
import type { AttachOptions } from './provide-file.js'
import { withinTotal } from './total.js'

/** `client.files.orgUnitImages`: the pictures of organisation units. WIRE.md 5.4. */
export class OrgUnitImageFiles {
  readonly #context: FilesContext

  constructor(context: FilesContext) {
    this.#context = context
  }

  /** The file of an image; `undefined` where there is none. @throws Dhis2Error `not-found` for a unit that is not there */
  async get(orgUnit: string, options: RequestOptions = {}): Promise<FileResource | undefined> {
    const { getImage, orgUnitImageOf } = await import('./images.js')
    return getImage(this.#context, orgUnitImageOf(orgUnit), options)
  }

  /**
   * Uploads a PNG, JPEG or GIF of at most 8 MB, which the server makes 800 pixels wide, and makes it the image; nothing else of
   * the unit is touched. When the second step fails, the error carries `fileResource`: the same call with it finishes without
   * sending the image again; of an image that the server encodes anew only the name is compared. Do so within two days, when
   * an unused file is deleted (WIRE.md 6.1).
   * @throws Dhis2Error `rejected-file` before a byte is sent, `forbidden`
   */
  async set(orgUnit: string, data: Uploadable, options: AttachOptions = {}): Promise<FileResource> {
    const { orgUnitImageOf, setImage } = await import('./images.js')
    const image = orgUnitImageOf(orgUnit)
    return withinTotal(this.#context, `set the image of ${orgUnit}`, options, (own) =>
      setImage(this.#context, image, data, own),
    )
  }

  /** Takes an image off; without one, nothing happens. @throws Dhis2Error */
  async remove(orgUnit: string, options: RequestOptions = {}): Promise<void> {
    const { orgUnitImageOf, removeImage } = await import('./images.js')
    const image = orgUnitImageOf(orgUnit)
    return withinTotal(this.#context, `remove the image of ${orgUnit}`, options, (own) =>
      removeImage(this.#context, image, own),
    )
  }

  /** The picture itself: whoever may sign in may read it. @throws Dhis2Error `not-found` where there is none */
  async download(orgUnit: string, options: DownloadImageOptions = {}): Promise<FileDownload> {
    const { downloadImage, orgUnitImageOf } = await import('./images.js')
    return downloadImage(this.#context, orgUnitImageOf(orgUnit), options)
  }
}
