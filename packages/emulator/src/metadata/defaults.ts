import { hashPassword } from '../auth/passwords.js'
import { isTotpSecret } from '../auth/totp.js'
import type { EmulatorState, User } from '../state.js'
import type { Traits } from '../versions.js'

/** An account that is there from the start, beside the administrator. */
export interface SeedUser {
  /** The name to sign in with. */
  username: string
  /** In plain text; kept as a hash. */
  password: string
  /** @default a fresh uid */
  id?: string
  /** @default the username */
  firstName?: string
  /** @default the username */
  surname?: string
  /** Default: none. */
  code?: string
  /** Base32 of its authenticator app, 32 letters and digits: the account signs in with two factors. Default: none. */
  twoFactorSecret?: string | undefined
  /** Authorities of the account's own role; `ALL` makes a super user. @default none */
  authorities?: readonly string[]
}

/** What every fresh DHIS2 has. */
export const DEFAULTS = {
  admin: { id: 'M5zQapPyTZI', username: 'admin', password: 'district', code: 'admin' },
  superuserRole: 'yrB6vc5Ip3r',
  category: 'GLevLNI9wkl',
  categoryOption: 'xYerKDKCefk',
  categoryCombo: 'bjDvmb4bfuf',
  categoryOptionCombo: 'HllvX50cXC0',
} as const

/** Fills an empty state with what a fresh DHIS2 has, and with the caller's users. */
export function seed(state: EmulatorState, users: readonly SeedUser[], traits: Traits): void {
  const created = state.timestamp()
  const common = { created, lastUpdated: created, translations: [], attributeValues: [] }
  const { admin } = DEFAULTS
  const system = { sharing: { owner: traits.systemOwner, users: {}, userGroups: {} } }

  state.collection('userRoles').put({
    ...common,
    id: DEFAULTS.superuserRole,
    code: 'Superuser',
    name: 'Superuser',
    description: 'Superuser',
    authorities: ['ALL'],
    sharing: { public: '--------', users: {}, userGroups: {} },
  })
  state.users.put({
    ...common,
    ...system,
    id: admin.id,
    code: admin.code,
    username: admin.username,
    firstName: admin.username,
    surname: admin.username,
    password: hashPassword(admin.password),
    userRoles: [{ id: DEFAULTS.superuserRole }],
    ...ACCOUNT,
    createdBy: { id: admin.id },
    lastUpdatedBy: { id: admin.id },
    passwordLastUpdated: created,
  })

  const open = { sharing: { public: 'rwrw----', users: {}, userGroups: {} } }
  state.collection('categoryOptions').put({
    ...common,
    ...open,
    id: DEFAULTS.categoryOption,
    code: 'default',
    name: 'default',
    shortName: 'default',
    categories: [{ id: DEFAULTS.category }],
    categoryOptionCombos: [{ id: DEFAULTS.categoryOptionCombo }],
  })
  state.collection('categories').put({
    ...common,
    ...open,
    id: DEFAULTS.category,
    code: 'default',
    name: 'default',
    shortName: 'default',
    dataDimensionType: 'DISAGGREGATION',
    categoryOptions: [{ id: DEFAULTS.categoryOption }],
    categoryCombos: [{ id: DEFAULTS.categoryCombo }],
  })
  state.collection('categoryCombos').put({
    ...common,
    ...open,
    id: DEFAULTS.categoryCombo,
    code: 'default',
    name: 'default',
    dataDimensionType: 'DISAGGREGATION',
    skipTotal: false,
    isDefault: true,
    categories: [{ id: DEFAULTS.category }],
    categoryOptionCombos: [{ id: DEFAULTS.categoryOptionCombo }],
  })
  state.collection('categoryOptionCombos').put({
    ...common,
    id: DEFAULTS.categoryOptionCombo,
    code: 'default',
    name: 'default',
    ignoreApproval: false,
    categoryCombo: { id: DEFAULTS.categoryCombo },
    categoryOptions: [{ id: DEFAULTS.categoryOption }],
  })

  for (const user of users) {
    const role = state.newUid()
    state.collection('userRoles').put({
      ...common,
      id: role,
      name: `Role of ${user.username}`,
      authorities: [...(user.authorities ?? [])],
      sharing: { public: '--------', users: {}, userGroups: {} },
    })
    const account: User = {
      ...common,
      ...system,
      id: user.id ?? state.newUid(),
      username: user.username,
      firstName: user.firstName ?? user.username,
      surname: user.surname ?? user.username,
      password: hashPassword(user.password),
      userRoles: [{ id: role }],
      ...ACCOUNT,
      createdBy: { id: admin.id },
      lastUpdatedBy: { id: admin.id },
      passwordLastUpdated: created,
    }
    if (user.code !== undefined) account['code'] = user.code
    if (user.twoFactorSecret !== undefined) account.secret = checkedSecret(user.username, user.twoFactorSecret)
    state.users.put(account)
  }
}

/** @throws TypeError unless DHIS2 would take a code made of it */
function checkedSecret(username: string, secret: string): string {
  if (isTotpSecret(secret)) return secret
  throw new TypeError(`twoFactorSecret of ${username} must be 20 bytes in base32: 32 of A to Z and 2 to 7`)
}

/** Members that every account has. */
export const ACCOUNT = {
  externalAuth: false,
  selfRegistered: false,
  invitation: false,
  disabled: false,
  emailVerified: false,
  cogsDimensionConstraints: [],
  catDimensionConstraints: [],
  userGroups: [],
  organisationUnits: [],
  dataViewOrganisationUnits: [],
  teiSearchOrganisationUnits: [],
} as const
