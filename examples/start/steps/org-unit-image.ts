import { isDhis2Error } from '@dhis2-files/client'
import type { Step } from '../demo.js'
import { NEVER_ATTACHED } from '../leftovers.js'
import { bytes } from '../screen.js'

export const orgUnitImage: Step = {
  title: ({ photo }) => `Make ${photo.name} the image of the organisation unit, and read a small copy`,
  async run({ client, screen, signal, photo, playground, leftovers }) {
    const { orgUnit } = playground
    try {
      const onProgress = screen.progress('sent')
      const image = await client.files.orgUnitImages.set(orgUnit, photo.source, { onProgress, signal })
      leftovers.mayExist(`image of organisation unit ${orgUnit}`, (base, options) =>
        base.files.orgUnitImages.remove(orgUnit, options),
      )
      leftovers.fileStays(image.id, NEVER_ATTACHED)
      const small = await client.files.orgUnitImages.download(orgUnit, { dimension: 'SMALL', signal })
      const { byteLength } = await small.bytes({ onProgress: screen.progress('received') })
      screen.result(
        `the image is file resource ${image.id}, which DHIS2 made ${bytes(image.contentLength)}; small ${bytes(byteLength)}`,
      )
    } catch (error) {
      if (isDhis2Error(error) && error.fileResource !== undefined) {
        leftovers.fileStays(error.fileResource, NEVER_ATTACHED)
      }
      throw error
    }
  },
}
