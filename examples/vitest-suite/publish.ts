import type { Dhis2Client } from '@dhis2-files/client'

/** The code under test: publishes a report, and takes the old ones of the same month away. */
export async function publishReport(client: Dhis2Client, month: string, pdf: Blob): Promise<string> {
  const name = `Report ${month}`
  const { items: old } = await client.files.listDocuments({ filter: `name:eq:${name}`, fields: 'id' })
  const { uid } = await client.files.uploadDocument(pdf, { name, filename: `report-${month}.pdf` })
  for (const { id } of old) await client.files.deleteDocument(id)
  return uid
}
