import { describe, expect, it } from 'vitest'
import { SharedSignIn, type SignInAnswer } from '../../src/http/sign-in.js'
import { rejection } from '../doubles/failure.js'

const answer = (status: number): SignInAnswer => ({
  ok: status < 300,
  status,
  statusText: '',
  headers: new Headers(),
  text: '',
})
const { signal } = new AbortController()

describe('a shared sign-in', () => {
  it('is performed once for all who come before it is done, and not at all after', async () => {
    const signIn = new SharedSignIn(true)
    let performed = 0
    const perform = (): Promise<SignInAnswer> => Promise.resolve(answer(++performed && 200))
    const got = await Promise.all([1, 2, 3].map(() => signIn.ensure(signal, perform)))
    expect(got).toEqual([answer(200), undefined, undefined])
    expect(await signIn.ensure(signal, perform)).toBeUndefined()
    expect(performed).toBe(1)
  })

  it('gives a refusal to all who wait, and is performed again by who comes later', async () => {
    const signIn = new SharedSignIn(true)
    let performed = 0
    const perform = (): Promise<SignInAnswer> => Promise.resolve(answer(++performed === 1 ? 401 : 200))
    const got = await Promise.all([1, 2, 3].map(() => signIn.ensure(signal, perform)))
    expect(got.map((a) => a?.status)).toEqual([401, 401, 401])
    expect(await signIn.ensure(signal, perform)).toEqual(answer(200))
  })

  it('fails all who wait as it fails', async () => {
    const signIn = new SharedSignIn(true)
    const broken = new Error('reset')
    const got = await Promise.all([1, 2].map(() => rejection(signIn.ensure(signal, () => Promise.reject(broken)))))
    expect(got).toEqual([broken, broken])
  })

  it('is taken over by another one when the first gives up', async () => {
    const signIn = new SharedSignIn(true)
    const leader = new AbortController()
    const hanging = (): Promise<SignInAnswer> =>
      new Promise((_, reject) => leader.signal.addEventListener('abort', () => reject(leader.signal.reason as Error)))
    const first = rejection(signIn.ensure(leader.signal, hanging))
    const second = signIn.ensure(signal, () => Promise.resolve(answer(200)))
    leader.abort('enough')
    expect(await first).toBe('enough')
    expect(await second).toEqual(answer(200))
  })

  it('lets one who only waits give up', async () => {
    const signIn = new SharedSignIn(true)
    const other = new AbortController()
    let finish: (value: SignInAnswer) => void = () => undefined
    const first = signIn.ensure(signal, () => new Promise((resolve) => (finish = resolve)))
    const second = rejection(signIn.ensure(other.signal, () => Promise.reject(new Error('never performed'))))
    other.abort('enough')
    expect(await second).toBe('enough')
    finish(answer(200))
    expect(await first).toEqual(answer(200))
  })

  it('is performed anew after a reset', async () => {
    const signIn = new SharedSignIn(true)
    await signIn.ensure(signal, () => Promise.resolve(answer(200)))
    signIn.reset()
    expect(await signIn.ensure(signal, () => Promise.resolve(answer(200)))).toEqual(answer(200))
  })

  it('is never performed where none is needed, not even after a reset', async () => {
    const signIn = new SharedSignIn(false)
    signIn.reset()
    expect(await signIn.ensure(signal, () => Promise.reject(new Error('performed')))).toBeUndefined()
  })
})
