// Uploads one document with a uid that was chosen before, as a caller does who may be killed at any moment.
// usage: node upload-child.mjs URL UID SIZE
import { Dhis2Client } from '@dhis2-files/client'

const [, , baseUrl, uid, size] = process.argv
const client = new Dhis2Client({ baseUrl, auth: { username: 'admin', password: 'district' }, retry: { minDelay: 5 } })
const bytes = new Uint8Array(Number(size)).map((_, i) => (i * 31 + Number(size)) % 251)
process.stdout.write('started\n')
await client.files.uploadDocument(new Blob([bytes]), {
  uid,
  name: `document ${uid}`,
  filename: `${uid}.dat`,
  sharing: { public: '--------' },
})
await client.close()
process.stdout.write('done\n')
