import { Dhis2Error } from '../../src/errors.js'

/** What a promise is rejected with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('It did not fail.')
}

/** The Dhis2Error that a promise is rejected with. */
export async function failure(promise: PromiseLike<unknown>): Promise<Dhis2Error> {
  const error = await rejection(promise)
  if (error instanceof Dhis2Error) return error
  throw new Error('It failed with something other than a Dhis2Error.', { cause: error })
}
