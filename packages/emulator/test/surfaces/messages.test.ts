import { afterEach, describe, expect, it } from 'vitest'
import { type Dhis2Version, type Emulator, createEmulator } from '../../src/index.js'
import { locateInJson } from '../../src/surfaces/messages/json-location.js'
import { clientOf } from '../client.js'

const VERSIONS: readonly Dhis2Version[] = ['2.41', '2.42', '2.43', '2.44']
const ADMIN = 'M5zQapPyTZI'
const PATH = '/api/messageConversations'
const ANNE = 'UsAnne00001'
const BERT = 'UsBert00001'
let emulator: Emulator
let client: ReturnType<typeof clientOf>
const as = (user: string) => ({ authorization: `Basic ${Buffer.from(`${user}:pw`).toString('base64')}` })
const start = (version: Dhis2Version, storageDelay: number | 'never' = 0) => {
  emulator = createEmulator({
    version,
    settings: { storageDelay },
    users: [
      { username: 'anne', password: 'pw', id: ANNE },
      { username: 'bert', password: 'pw', id: BERT },
    ],
  })
  client = clientOf(emulator)
}
const upload = async (name = 'plan.txt', content = 'plan', domain = 'MESSAGE_ATTACHMENT') => {
  const { json } = await client.upload(name, content, `domain=${domain}`)
  await emulator.settle()
  return json.response.fileResource.id as string
}
const sendTo = (members: object, headers = {}) => client.post(PATH, { subject: 'S', text: 'T', ...members }, headers)
const begin = async (members: object = {}, headers = {}) => {
  const { headers: got } = await sendTo({ users: [{ id: ANNE }], ...members }, headers)
  return got.get('location')?.split('/').pop() ?? ''
}
const attachmentsOf = async (conversation: string, fields = 'attachments[id,name]') =>
  (await client.get(`${PATH}/${conversation}?fields=messages[id,text,${fields}]`)).json.messages

afterEach(() => emulator.close())

describe.each(VERSIONS)('a message of %s', (version) => {
  it('carries files to who takes part, and to nobody else by its own route', async () => {
    start(version)
    const file = await upload()
    const made = await sendTo({ users: [{ id: ANNE }], attachments: [{ id: file }] })
    expect([made.status, made.json.message]).toEqual([201, 'Message conversation created'])
    const conversation = made.headers.get('location')?.split('/').pop() ?? ''
    expect(made.headers.get('location')).toBe(`http://dhis2.test${PATH}/${conversation}`)
    const [{ id, attachments }] = await attachmentsOf(conversation, 'attachments[id,name,contentLength,storageStatus]')
    expect(attachments).toEqual([{ id: file, name: 'plan.txt', contentLength: 4, storageStatus: 'NONE' }])
    const path = `${PATH}/${conversation}/${id}/attachments/${file}`
    for (const user of [{}, as('anne')]) {
      const { status, bytes, headers } = await client.get(path, user)
      expect([status, Buffer.from(bytes).toString()]).toEqual([200, 'plan'])
      expect(headers.get('content-disposition')).toBe('filename=plan.txt')
      expect(headers.has('etag')).toBe(version === '2.41' || version === '2.44')
    }
    const { status, json, headers } = await client.get(path, as('bert'))
    expect([status, json.errorCode, json.message]).toEqual([
      403,
      'E1006',
      'Not authorized to access this conversation.',
    ])
    expect(headers.get('content-security-policy')).toBe("script-src 'none';, frame-ancestors 'self';")
    expect((await client.get(`${PATH}/${conversation}`, as('bert'))).status).toBe(403)
    expect((await client.get(`/api/fileResources/${file}/data`, as('bert'))).status).toBe(200)
    const key = emulator.state.fileResources.get(file)?.storageKey
    expect((await client.get(`/api/fileResources/owners?storageKey=${key}`)).json).toEqual([
      { domain: 'MESSAGE_ATTACHMENT', id },
    ])
  })

  it('takes a file once, one of its domain, and what it took before a refusal stays taken', async () => {
    start(version)
    const [first, second, third] = [await upload(), await upload(), await upload('d.txt', 'd', 'DOCUMENT')]
    await begin({ attachments: [{ id: first }] })
    const refused = async (...ids: string[]) => {
      const { status, json } = await sendTo({ users: [{ id: ANNE }], attachments: ids.map((id) => ({ id })) })
      return [status, json.errorCode, json.message]
    }
    const used = (id: string) => `Attachment '${id}' is already used or not a valid attachment.`
    expect(await refused(first)).toEqual([409, 'E1004', used(first)])
    expect(await refused(second, third)).toEqual([409, 'E1004', used(third)])
    expect(await refused(second)).toEqual([409, 'E1004', used(second)])
    expect(await refused('Unknown9999')).toEqual([409, 'E1004', "Attachment 'Unknown9999' not found."])
  })

  it('wants objects in its lists: a bare uid is told where it stands', async () => {
    start(version)
    const body = `{"text":"x",\n "attachments": [{"id":"a"}, "Unknown9999"]}`
    const { status, json } = await client.post(PATH, body)
    expect(status).toBe(version < '2.43' ? 500 : 409)
    expect(json.errorCode).toBeUndefined()
    expect(json.message).toBe(
      'Cannot construct instance of `org.hisp.dhis.fileresource.FileResource` (although at least one Creator exists): no String-argument constructor/factory method to deserialize from String value (\'Unknown9999\')\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 2, column: 30] (through reference chain: org.hisp.dhis.webapi.webdomain.MessageConversation["attachments"]->java.util.HashSet[1])',
    )
  })

  it('goes to users, groups and org units, which have to be there', async () => {
    start(version)
    await client.post('/api/metadata', {
      organisationUnits: [{ id: 'OuTown00001', name: 'Town', shortName: 'Town', openingDate: '2020-01-01' }],
      userGroups: [{ id: 'UgTeam00001', name: 'Team', users: [{ id: BERT }] }],
    })
    Object.assign(emulator.state.users.get(ANNE) ?? {}, { organisationUnits: [{ id: 'OuTown00001' }] })
    const conversation = await begin({
      users: [],
      userGroups: [{ id: 'UgTeam00001' }],
      organisationUnits: [{ id: 'OuTown00001' }],
    })
    const { json } = await client.get(`${PATH}/${conversation}?fields=userMessages[user[id]]`)
    const ids = json.userMessages.map(({ user }: { user: { id: string } }) => user.id)
    expect(ids.sort()).toEqual([ADMIN, ANNE, BERT].sort())
    const answer = async (members: object) => {
      const { status, json } = await sendTo(members)
      return [status, json.message]
    }
    expect(await answer({ users: [] })).toEqual([409, 'No recipients selected.'])
    expect(await answer({ users: [{ id: 'Unknown9999' }] })).toEqual([409, 'User does not exist: Unknown9999'])
    expect(await answer({ organisationUnits: [{ id: 'Unknown9999' }] })).toEqual([
      409,
      'Organisation Unit does not exist: Unknown9999',
    ])
    expect(await answer({ userGroups: [{ id: 'Unknown9999' }] })).toEqual([
      404,
      'UserGroup with id Unknown9999 could not be found.',
    ])
  })

  it('is replied to with raw text and files; an internal reply is for super users', async () => {
    start(version)
    const conversation = await begin()
    const file = await upload('more.txt')
    const text = { 'content-type': 'text/plain' }
    const reply = (body: string, query = '', user = {}) =>
      client.post(`${PATH}/${conversation}${query}`, body, { ...text, ...user })
    expect((await reply('second', `?attachments=${file}`)).status).toBe(201)
    expect((await reply('third', '', as('anne'))).status).toBe(201)
    expect((await reply('fourth', `?attachments=${file}`)).status).toBe(409)
    expect((await reply('hidden', '?internal=true', as('anne'))).status).toBe(403)
    expect((await reply('hidden', '?internal=true')).status).toBe(201)
    const missing = await client.post(`${PATH}/Unknown9999`, 'x', text)
    expect([missing.status, missing.json.message]).toEqual([404, 'Message conversation does not exist: Unknown9999'])
    const shown = await attachmentsOf(conversation, 'attachments[name]')
    expect(shown.map((one: any) => [one.text, one.attachments.length])).toEqual([
      ['T', 0],
      ['second', 1],
      ['third', 0],
      ['hidden', 0],
    ])
    const { json } = await client.get(`${PATH}/${conversation}?fields=messages[text]`, as('anne'))
    expect(json.messages).toHaveLength(3)
  })

  it('is found in the list of who takes part: by filter, page and fields', async () => {
    start(version)
    const first = await begin({ subject: 'Stock report' })
    const second = await begin({ subject: 'Meeting', text: 'bring the stock' }, as('bert'))
    const list = async (query: string, user = as('anne')) => (await client.get(`${PATH}?${query}`, user)).json
    const ids = (json: any) => json.messageConversations.map(({ id }: { id: string }) => id).sort()
    expect(ids(await list(''))).toEqual([first, second].sort())
    expect(ids(await list('', {} as any))).toEqual([first])
    expect(ids(await list('filter=subject:eq:Meeting&fields=id'))).toEqual([second])
    expect(ids(await list('filter=messages.text:like:stock&fields=id'))).toEqual([second])
    expect(ids(await list(`filter=id:in:[${first}]&fields=id`))).toEqual([first])
    expect(ids(await list('queryString=stock&fields=id'))).toEqual([first, second].sort())
    const page = await list('order=subject:asc&pageSize=1&page=2&fields=subject,messageCount,read,messages')
    expect(page.pager).toMatchObject({ page: 2, total: 2, pageCount: 2 })
    expect(page.messageConversations[0]).toMatchObject({ subject: 'Stock report', messageCount: 1, read: false })
    expect(Object.keys(page.messageConversations[0].messages[0])).toEqual(['id'])
    expect(await list('paging=false')).not.toHaveProperty('pager')
    expect((await client.get(`${PATH}?filter=nothing:eq:1`)).json.message).toBe('Unknown path property: nothing')
    expect((await list('')).messageConversations[0]).toHaveProperty('displayName')
  })

  it('can be read, left, opened to more people and deleted', async () => {
    start(version)
    const conversation = await begin()
    const readBy = async (user: object) =>
      (await client.get(`${PATH}/${conversation}?fields=read`, user as any)).json.read
    expect([await readBy({}), await readBy(as('anne'))]).toEqual([true, false])
    expect((await client.post(`${PATH}/${conversation}/read`, undefined, as('anne'))).json).toEqual({
      markedRead: [conversation],
    })
    expect((await client.post(`${PATH}/unread`, [conversation], as('anne'))).json).toEqual({
      markedUnread: [conversation],
    })
    expect((await client.get(`${PATH}/${conversation}`, as('bert'))).status).toBe(403)
    expect((await client.post(`${PATH}/${conversation}/recipients`, { users: [{ id: BERT }] })).status).toBe(204)
    expect((await client.get(`${PATH}/${conversation}`, as('bert'))).status).toBe(200)
    expect((await client.delete(`${PATH}/${conversation}/${BERT}`, as('anne'))).status).toBe(403)
    expect((await client.delete(`${PATH}/${conversation}/${BERT}`, as('bert'))).json).toEqual({
      removed: [conversation],
    })
    expect((await client.delete(`${PATH}/${conversation}`, as('anne'))).status).toBe(403)
    expect((await client.delete(`${PATH}/${conversation}`)).status).toBe(200)
    expect((await client.get(`${PATH}/${conversation}`)).status).toBe(404)
  })

  it('says what of an attachment is not there', async () => {
    start(version)
    const conversation = await begin()
    const [{ id }] = await attachmentsOf(conversation)
    const file = await upload()
    const answer = async (path: string) => {
      const { status, json, headers } = await client.get(`${PATH}/${path}`)
      return [status, json.errorCode, json.message, headers.get('cache-control')]
    }
    const of = (uid: string) => [404, undefined, `No messageattachment found with id '${uid}'`, null]
    expect(await answer(`${conversation}/${id}/attachments/Unknown9999`)).toEqual(of('Unknown9999'))
    expect(await answer(`${conversation}/${id}/attachments/${file}`)).toEqual(of(file))
    expect((await answer(`${conversation}/Unknown9999/attachments/${file}`))[2]).toBe(
      `No message with uid 'Unknown9999' in messageConversation '${conversation}`,
    )
    expect((await answer(`Unknown9999/${id}/attachments/${file}`))[2]).toBe(
      "No message conversation with uid 'Unknown9999'",
    )
  })

  it('is sent with a file that is still pending; the file is a 500 until then', async () => {
    start(version, 'never')
    const file = await upload()
    const conversation = await begin({ attachments: [{ id: file }] })
    const [{ id }] = await attachmentsOf(conversation)
    // the server announces the file's length and sends what fits of its message: some clients call that an error
    const answer = emulator.fetch(
      new Request(`http://dhis2.test${PATH}/${conversation}/${id}/attachments/${file}`, {
        headers: { authorization: `Basic ${Buffer.from('admin:district').toString('base64')}` },
      }),
    )
    expect((await answer).status).toBe(500)
  })
})

it('a value in JSON is found by its path', () => {
  const text = '{"a":[1,{"b":"x\\"y"}],\n  "c" : {"d":[true,null]}}'
  expect(locateInJson(text, ['a', 1, 'b'])).toEqual({ line: 1, column: 14 })
  expect(locateInJson(text, ['c', 'd', 1])).toEqual({ line: 2, column: 20 })
  expect(locateInJson(text, ['a', 2])).toBeUndefined()
})
