import type { EmulatorState, User } from '../state.js'

/** What a user may do, by the roles the user has. */
export function authoritiesOf(state: EmulatorState, user: User): ReadonlySet<string> {
  const roles = state.collection('userRoles')
  return new Set(
    user.userRoles.flatMap(({ id }) => {
      const authorities = roles.get(id)?.['authorities']
      return Array.isArray(authorities) ? authorities.map(String) : []
    }),
  )
}

/** Whether the user has one of these authorities, or all of them by `ALL`. No authorities asked for: yes. */
export function hasAnyAuthority(state: EmulatorState, user: User, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true
  const has = authoritiesOf(state, user)
  return has.has('ALL') || wanted.some((authority) => has.has(authority))
}

/** Whether the user is a super user. */
export function isSuperuser(state: EmulatorState, user: User): boolean {
  return authoritiesOf(state, user).has('ALL')
}
