import type { Uploadable } from '../bytes/source.js'
import type { RequestOptions } from '../http/call.js'
import type { FilesContext } from './context.js'
import type { FileDownload } from './download.js'
import type { CreateIconOptions, Icon, IconChanges, IconQuery } from './icons.js'
import { type Paged, pages } from './list.js'
import { withinTotal } from './total.js'

/** `client.files.icons`: those that come with DHIS2, and your own. WIRE.md 5.2. */
export class IconFiles {
  readonly #context: FilesContext

  constructor(context: FilesContext) {
    this.#context = context
  }

  /** Await it for one page, iterate over it for all icons. Holds a page. @throws Dhis2Error */
  list(query: IconQuery = {}): Paged<Icon> {
    return pages(query, async (page, pageSize, all) =>
      (await import('./icons.js')).listIconPage(this.#context, query, page, pageSize, all),
    )
  }

  /** One icon. @throws Dhis2Error `not-found` also when its image is lost */
  async get(key: string, options?: RequestOptions): Promise<Icon> {
    return (await import('./icons.js')).getIcon(this.#context, key, options)
  }

  /**
   * Uploads a PNG, which the server makes 48 × 48, and makes an icon of it. An icon that is there already with this file counts as
   * made. When the second step fails, the error carries `fileResource`: the same call with it finishes without sending the
   * image again; of an image that the server encodes anew only the name is compared. Do so within two days, when an unused
   * file is deleted (WIRE.md 6.1).
   * @throws Dhis2Error `rejected-file` before a byte is sent, `already-exists`
   */
  async create(data: Uploadable, options: CreateIconOptions): Promise<Icon> {
    const { createIcon } = await import('./icons.js')
    return withinTotal(this.#context, `create icon ${options.key}`, options, (own) =>
      createIcon(this.#context, data, own),
    )
  }

  /** Changes description or keywords; its image cannot be changed. @throws Dhis2Error `not-found`, `forbidden` for one that came with DHIS2 */
  async update(key: string, changes: IconChanges): Promise<Icon> {
    const { updateIcon } = await import('./icons.js')
    return withinTotal(this.#context, `update icon ${key}`, changes, (own) => updateIcon(this.#context, key, own))
  }

  /** Deletes an icon of your own. Its file can be read for two days more. @throws Dhis2Error `not-found`, `forbidden` for one that came with DHIS2 */
  async remove(key: string, options?: RequestOptions): Promise<void> {
    const { removeIcon } = await import('./icons.js')
    return withinTotal(this.#context, `remove icon ${key}`, options, (own) => removeIcon(this.#context, key, own))
  }

  /** The image of an icon: of those that come with DHIS2 an SVG, else a PNG. @throws Dhis2Error */
  async download(key: string, options?: RequestOptions): Promise<FileDownload> {
    return (await import('./icons.js')).downloadIcon(this.#context, key, options)
  }
}
