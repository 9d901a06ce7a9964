import { describe, expect, it } from 'vitest'
import { readSharing, sameSharing, sharingBody } from '../../src/models/sharing.js'

const OWNER = 'M5zQapPyTZI'
const user = (id: string, access = 'r-------') => ({ [id]: { id, access } })

describe('two sharings', () => {
  it('are the same when they grant the same to the same', () => {
    const a = { owner: OWNER, public: '--------', users: { ...user('u1'), ...user('u2') } }
    const b = {
      owner: OWNER,
      users: { ...user('u2'), u1: { id: 'u1', access: 'r-------', displayName: 'A' } },
      userGroups: {},
    }
    expect(sameSharing(a, b)).toBe(true)
  })

  it.each([
    ['owner', { owner: 'other' }],
    ['public access', { public: 'rw------' }],
    ['users', { users: user('u3') }],
    ['the access of a user', { users: user('u1', 'rw------') }],
    ['groups', { userGroups: user('g1') }],
    ['external access', { external: true }],
  ])('differ by %s', (_, change) => {
    const one = { owner: OWNER, public: '--------', users: user('u1'), userGroups: {}, external: false }
    expect(sameSharing(one, { ...one, ...change })).toBe(false)
  })

  it('do not differ by external access where only one server knows it', () => {
    expect(sameSharing({ owner: OWNER, external: true }, { owner: OWNER })).toBe(true)
  })
})

describe('what is sent', () => {
  it('is all of it, the owner included', () => {
    expect(sharingBody({}, OWNER)).toEqual({ owner: OWNER, public: '--------', users: {}, userGroups: {} })
    const sharing = {
      public: 'r-------',
      users: { u1: { id: 'u1', access: 'rw------', displayName: 'A' } },
      external: false,
    }
    expect(sharingBody(sharing, OWNER)).toEqual({
      external: false,
      owner: OWNER,
      public: 'r-------',
      users: user('u1', 'rw------'),
      userGroups: {},
    })
  })
})

describe('what is read', () => {
  it('has its types', () => {
    expect(readSharing({ owner: OWNER })).toEqual({ owner: OWNER })
    expect(() => readSharing({ users: [] })).toThrow(/sharing\.users/)
    expect(() => readSharing(null)).toThrow(/sharing/)
  })
})
