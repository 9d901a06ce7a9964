/** Sends a report to a group of users as the attachment of a message, and reads it as one of them. */
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { createUid, Dhis2Client, fileSource } from '@dhis2-files/client'
import { post } from '../emulated/metadata.js'
import { startSystem } from '../emulated/system.js'

const { client, url, close } = await startSystem()
const reader = new Dhis2Client({ baseUrl: url, auth: { username: 'ama', password: 'District1-' } })
try {
  const role = { id: createUid(), name: 'Reader', authorities: ['F_DATAVALUE_ADD'] }
  const [ama, group] = [createUid(), createUid()]
  const user = { id: ama, username: 'ama', password: 'District1-', firstName: 'Ama', surname: 'Mensah' }
  await post(client, 'api/metadata', {
    userRoles: [role],
    users: [{ ...user, userRoles: [{ id: role.id }] }],
    userGroups: [{ id: group, name: 'District managers', users: [{ id: ama }] }],
  })
  const report = await fileSource(fileURLToPath(new URL('../../files/report.pdf', import.meta.url)))

  const { conversation } = await client.files.messages.send({
    subject: 'Malaria situation report',
    text: 'The report for this week is attached.',
    userGroups: [group],
    attachments: [report],
  })

  const [attachment] = await reader.files.messages.listAttachments(conversation)
  assert(attachment)
  const { message, file } = attachment
  const received = await reader.files.messages.downloadAttachment(conversation, message, file)
  // its length and MD5 are compared with those of the file that was stored
  const bytes = await received.bytes()
  assert.equal(received.name, 'report.pdf')
  assert.equal(bytes.byteLength, report.size)

  const { attachments } = await reader.files.messages.reply(conversation, {
    text: 'Thank you. Our comments:',
    attachments: [new File(['Page 2: the total is that of February.'], 'comments.txt', { type: 'text/plain' })],
  })
  assert.equal(attachments.length, 1)
  const all = await client.files.messages.listAttachments(conversation)
  const names = all.map(({ fileResource }) => fileResource?.name)
  assert.deepEqual(names.sort(), ['comments.txt', 'report.pdf'])
  console.log(`Conversation ${conversation} has ${names.join(' and ')}.`)
} finally {
  await reader.close()
  await close()
}
