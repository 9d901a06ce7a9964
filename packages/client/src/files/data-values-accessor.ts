import type { Uploadable } from '../bytes/source.js'
import type { RequestOptions } from '../http/call.js'
import type { FilesContext } from './context.js'
import type { DataValueQuery, ListedDataValue } from './data-value-list.js'
import type * as values from './data-values.js'
import type { FileDownload } from './download.js'
import { listed } from './list.js'
import type { AttachOptions } from './provide-file.js'
import { withinTotal } from './total.js'

/** `client.files.dataValues`: the files of aggregate data values, of data elements of type FILE_RESOURCE and IMAGE. WIRE.md 3. */
export class DataValueFiles {
  readonly #context: FilesContext

  constructor(context: FilesContext) {
    this.#context = context
  }

  /**
   * Gives a data value a file: the file first, stored, then its uid as the value, then read back. The server's own one-request
   * route is not used, because on 2.43 and 2.44 it deletes the value that is there when it refuses the file. Whatever fails,
   * the old value is still there; when the file is on the server by then, the error carries `fileResource`, and the same
   * call with it compares the bytes by MD5 and finishes without sending them again. WIRE.md 3.2, 3.3.
   * @throws Dhis2Error `rejected-file` before a byte is sent, `conflict` for a key that the server does not take, …
   */
  async upload(data: Uploadable, key: values.DataValueKey, options?: AttachOptions): Promise<values.UploadedDataValue> {
    const { uploadDataValue } = await import('./data-values.js')
    return withinTotal(this.#context, 'upload the data value', options, (own) =>
      uploadDataValue(this.#context, data, key, own),
    )
  }

  /** The file of a data value. The original alone: there are no smaller copies here. WIRE.md 3.5. @throws Dhis2Error `not-found` where there is no value */
  async download(key: values.DataValueKey, options?: RequestOptions): Promise<FileDownload> {
    return (await import('./data-values.js')).downloadDataValue(this.#context, key, options)
  }

  /**
   * Any file of domain DATA_VALUE by its uid, also that of a value which was replaced or lost. Access to the data value is
   * not looked at by the server. WIRE.md 3.7. @throws Dhis2Error
   */
  async downloadByFile(uid: string, options?: RequestOptions): Promise<FileDownload> {
    return (await import('./data-values.js')).downloadDataValueByFile(this.#context, uid, options)
  }

  /** A data value and its file; `undefined` where there is no value. WIRE.md 3.4. @throws Dhis2Error */
  async get(key: values.DataValueKey, options?: RequestOptions): Promise<values.DataValueFile | undefined> {
    return (await import('./data-values.js')).getDataValue(this.#context, key, options)
  }

  /**
   * Every value of a data set that has a file, with it. A file resource's `assigned` says nothing about whether it is used: it is
   * false for live values on 2.43 and later, and true for replaced files on 2.41 and 2.42 (WIRE.md 6.3). The server sends the
   * values of a query in one answer, which is held: narrow the query by period or unit.
   */
  list(query: DataValueQuery): AsyncIterable<ListedDataValue> {
    return listed(async () => (await import('./data-value-list.js')).listDataValues(this.#context, query))
  }

  /**
   * Deletes a data value. **2.41 and 2.42 delete its file at once**, unless the system setting
   * `keyFileResourceRetentionStrategy` says otherwise: nothing brings it back. 2.43 and later keep the file, which
   * `downloadByFile` reads. WIRE.md 3.6. @throws Dhis2Error
   */
  async remove(key: values.DataValueKey, options?: RequestOptions): Promise<void> {
    const { removeDataValue } = await import('./data-values.js')
    return withinTotal(this.#context, 'remove the data value', options, (own) =>
      removeDataValue(this.#context, key, own),
    )
  }
}
