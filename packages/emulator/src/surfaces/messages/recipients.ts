import type { Api } from '../../api.js'
import { conflict, objectNotFound, uncoded } from '../../http/web-message.js'
import type { Row } from '../../storage/collection.js'
import { locateInJson } from './json-location.js'
import { idsOf } from '../org-unit-access.js'

/** A new conversation, or more recipients for one, as it was sent. */
export interface SentConversation {
  readonly subject?: unknown
  readonly text?: unknown
  readonly users?: readonly Row[]
  readonly userGroups?: readonly Row[]
  readonly organisationUnits?: readonly Row[]
  readonly attachments?: readonly Row[]
}

/** What the members of a list are to the server. */
const MEMBERS: Readonly<Record<string, string>> = {
  users: 'org.hisp.dhis.user.User',
  userGroups: 'org.hisp.dhis.user.UserGroup',
  organisationUnits: 'org.hisp.dhis.organisationunit.OrganisationUnit',
  attachments: 'org.hisp.dhis.fileresource.FileResource',
}
const SOURCE = 'Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)'

/**
 * Reads a conversation. Its lists hold objects with an `id`.
 *
 * @throws ApiError 409, before 2.43 500, with Jackson's text when one holds bare uids
 */
export function readConversation({ traits }: Pick<Api, 'traits'>, text: string): SentConversation {
  let body: unknown
  try {
    body = text.trim() === '' ? {} : JSON.parse(text)
  } catch (error) {
    throw uncoded(409, (error as Error).message)
  }
  const conversation = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  for (const [name, members] of Object.entries(conversation)) {
    const type = MEMBERS[name]
    if (type === undefined || !Array.isArray(members)) continue
    for (const [index, member] of members.entries()) {
      if (typeof member === 'object') continue
      const { line, column } = locateInJson(text, [name, index]) ?? { line: 1, column: 1 }
      const [taker, given] =
        typeof member === 'string' ? ['String', `String value ('${member}')`] : ['int/Int', `Number value (${member})`]
      throw uncoded(
        traits.jsonTypeErrorStatus,
        `Cannot construct instance of \`${type}\` (although at least one Creator exists): no ${taker}-argument constructor/factory method to deserialize from ${given}\n at [${SOURCE}; line: ${line}, column: ${column}] (through reference chain: org.hisp.dhis.webapi.webdomain.MessageConversation["${name}"]->java.util.HashSet[${index}])`,
      )
    }
  }
  return conversation
}

/**
 * The users that a conversation is sent to: named, in a group, or of an org unit.
 *
 * @throws ApiError 409 or 404 for the first recipient that is not there
 */
export function recipientsOf({ state }: Pick<Api, 'state'>, sent: SentConversation): Set<string> {
  const found = new Set<string>()
  for (const { id } of sent.organisationUnits ?? []) {
    if (!state.organisationUnits.has(id)) throw conflict(`Organisation Unit does not exist: ${id}`)
    for (const user of state.users) if (idsOf(user['organisationUnits']).includes(id)) found.add(user.id)
  }
  for (const { id } of sent.users ?? []) {
    if (!state.users.has(id)) throw conflict(`User does not exist: ${id}`)
    found.add(id)
  }
  for (const { id } of sent.userGroups ?? []) {
    const group = state.collection('userGroups').get(id)
    if (group === undefined) throw objectNotFound('UserGroup', id)
    for (const user of idsOf(group['users'])) found.add(user)
    for (const user of state.users) if (idsOf(user['userGroups']).includes(id)) found.add(user.id)
  }
  return found
}
