import { isDhis2Error } from '@dhis2-files/client'
import type { Step } from '../demo.js'
import { Failure } from '../failure.js'
import { DELETED_WITH_VALUE } from '../leftovers.js'
import { md5Of } from '../local-file.js'
import { bytes } from '../screen.js'

/** The file first, then its uid as the value: so a value that is there is never lost. */
export const dataValue: Step = {
  title: ({ photo }) => `Upload ${photo.name} (${bytes(photo.size)}) as a data value, and read it back`,
  async run({ client, screen, signal, photo, playground, leftovers, folder }) {
    const key = { de: playground.dataElement, ou: playground.orgUnit, pe: '202601', ds: playground.dataSet }
    leftovers.mayExist(`data value of ${key.de} for ${key.pe}`, (base, options) =>
      base.files.dataValues.remove(key, options),
    )
    try {
      const onProgress = screen.progress('sent')
      const { fileResource } = await client.files.dataValues.upload(photo.source, key, { onProgress, signal })
      leftovers.fileStays(fileResource.id, DELETED_WITH_VALUE)
      const file = await client.files.dataValues.download(key, { signal })
      const { path } = await file.saveTo(folder, { onProgress: screen.progress('received'), signal })
      const md5 = await md5Of(path, signal)
      if (md5 !== photo.md5) throw new Failure(`What came back is another file: its MD5 is ${md5}, not ${photo.md5}.`)
      screen.result(`the value is file resource ${fileResource.id}; MD5 of what came back ${md5}: the same`)
    } catch (error) {
      if (isDhis2Error(error) && error.fileResource !== undefined) {
        leftovers.fileStays(error.fileResource, DELETED_WITH_VALUE)
      }
      throw error
    }
  },
}
