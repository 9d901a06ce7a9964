import type { Api } from '../api.js'
import { displayName } from '../metadata/render.js'
import type { User } from '../state.js'
import type { Row } from '../storage/collection.js'

/** Members of an account that the plain mapper writes as they are. */
const PLAIN = (
  'username firstName surname email phoneNumber externalAuth passwordLastUpdated cogsDimensionConstraints ' +
  'catDimensionConstraints selfRegistered invitation disabled emailVerified'
).split(' ')
const REFERENCES = {
  organisationUnits: 'organisationUnits',
  dataViewOrganisationUnits: 'organisationUnits',
  teiSearchOrganisationUnits: 'organisationUnits',
  userRoles: 'userRoles',
  userGroups: 'userGroups',
} as const

/** A whole account, as the plain mapper writes it where an object refers to a user (WIRE.md 10.5). */
export function wholeUser(api: Api, user: User): Record<string, unknown> {
  const { traits, state } = api
  const account: Record<string, unknown> = {
    ...common(api, user, { owner: true }),
    ...Object.fromEntries(PLAIN.flatMap((name) => (user[name] === undefined ? [] : [[name, user[name]]]))),
    lastLogin: state.timestamp(),
  }
  for (const [member, type] of Object.entries(REFERENCES)) {
    const references = Array.isArray(user[member]) ? (user[member] as { id: string }[]) : []
    account[member] = references.flatMap(({ id }) => {
      const row = state.collection(type).get(id)
      return row === undefined ? [] : common(api, row)
    })
  }
  if (traits.hasUserCredentials) {
    delete account['emailVerified']
    account['twoFactorEnabled'] = user.secret !== undefined
    account['userCredentials'] = credentialsOf(api, user)
  }
  return account
}

/** What 2.41 shows of an account a second time, as older clients know it. */
export function credentialsOf(api: Api, user: User): Record<string, unknown> {
  const { state, renderer } = api
  const roles = state.collection('userRoles').filter(({ id }) => user.userRoles.some((role) => role.id === id))
  return {
    id: user.id,
    username: user.username,
    externalAuth: false,
    twoFA: user.secret !== undefined,
    disabled: user['disabled'] === true,
    invitation: false,
    selfRegistered: false,
    passwordLastUpdated: user['passwordLastUpdated'],
    lastLogin: state.timestamp(),
    previousPasswords: [],
    cogsDimensionConstraints: [],
    catDimensionConstraints: [],
    sharing: renderer.sharing(user),
    userRoles: roles.map((role) => ({
      ...common(api, role),
      ...(role['description'] !== undefined && { description: role['description'] }),
      authorities: role['authorities'] ?? [],
      restrictions: [],
      users: state.users
        .filter(({ userRoles }) => userRoles.some(({ id }) => id === role.id))
        .map((holder) => renderer.userReference(holder, true)),
    })),
  }
}

/** The members that every object has. */
function common(api: Api, row: Row, options: { owner?: boolean } = {}): Record<string, unknown> {
  const { renderer, traits } = api
  const createdBy = renderer.userReference(row['createdBy'], true)
  const name = displayName(row)
  return {
    id: row.id,
    ...(row['code'] !== undefined && { code: row['code'] }),
    name,
    displayName: name,
    created: row['created'],
    lastUpdated: row['lastUpdated'],
    ...(createdBy !== undefined && { createdBy, user: createdBy }),
    ...(row['lastUpdatedBy'] !== undefined && { lastUpdatedBy: renderer.userReference(row['lastUpdatedBy'], true) }),
    sharing: renderer.sharing(options.owner === true ? row : { id: row.id }),
    translations: [],
    attributeValues: [],
    ...(traits.hasFavorites && { favorites: [], favorite: false }),
  }
}
