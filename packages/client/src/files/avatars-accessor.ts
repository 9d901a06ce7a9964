import type { Uploadable } from '../bytes/source.js'
import type { RequestOptions } from '../http/call.js'
import type { FileResource } from '../models/file-resource.js'
import type { FilesContext } from './context.js'
import type { FileDownload } from './download.js'
import type { DownloadImageOptions } from './images.js'
import type { AttachOptions } from './provide-file.js'
import { withinTotal } from './total.js'

/** Whose avatar. */
export interface AvatarOptions {
  /** Uid of a user. Default: the signed-in one; for another one authorities over users are needed. */
  readonly user?: string | undefined
}

/** `client.files.avatars`: the pictures of users. WIRE.md 5.3. */
export class AvatarFiles {
  readonly #context: FilesContext

  constructor(context: FilesContext) {
    this.#context = context
  }

  /** The file of an avatar; `undefined` where there is none. @throws Dhis2Error */
  async get(options: AvatarOptions & RequestOptions = {}): Promise<FileResource | undefined> {
    const { avatarOf, getImage } = await import('./images.js')
    return getImage(this.#context, await avatarOf(this.#context, options.user, options), options)
  }

  /**
   * Uploads a PNG, JPEG or GIF of at most 2 MB, which the server makes 200 pixels wide, and makes it the avatar. When the second
   * step fails, the error carries `fileResource`: the same call with it finishes without sending the image again; of an image
   * that the server encodes anew only the name is compared. Do so within two days, when an unused file is deleted (WIRE.md 6.1).
   * @throws Dhis2Error `rejected-file` before a byte is sent, `forbidden`
   */
  async set(data: Uploadable, options: AvatarOptions & AttachOptions = {}): Promise<FileResource> {
    const { avatarOf, setImage } = await import('./images.js')
    return withinTotal(this.#context, 'set the avatar', options, async (own) =>
      setImage(this.#context, await avatarOf(this.#context, own.user, own), data, own),
    )
  }

  /** Takes an avatar off; without one, nothing happens. @throws Dhis2Error */
  async remove(options: AvatarOptions & RequestOptions = {}): Promise<void> {
    const { avatarOf, removeImage } = await import('./images.js')
    return withinTotal(this.#context, 'remove the avatar', options, async (own) =>
      removeImage(this.#context, await avatarOf(this.#context, own.user, own), own),
    )
  }

  /** The picture itself. @throws Dhis2Error `not-found` where there is none, `forbidden` for that of another user without F_USER_VIEW */
  async download(options: AvatarOptions & DownloadImageOptions = {}): Promise<FileDownload> {
    const { avatarOf, downloadImage } = await import('./images.js')
    return downloadImage(this.#context, await avatarOf(this.#context, options.user, options), options)
  }
}
