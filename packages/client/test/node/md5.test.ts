import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createMd5 } from '../../src/node/md5.js'

const MiB = 1_048_576
const reference = (chunks: readonly Uint8Array[]): string => {
  const hash = createHash('md5')
  for (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}

describe.each([
  ['in this thread', undefined],
  ['in another thread', 64 * MiB],
])('MD5 %s', (_, size) => {
  test.each([
    ['nothing', []],
    ['one byte', [1]],
    ['chunks of every length', [1, 65_536, 0, 3, MiB, MiB - 1, MiB + 1, 7 * MiB, 12]],
    ['more than all blocks hold', Array.from({ length: 40 }, () => MiB)],
  ])('is right for %s', async (_name, lengths) => {
    const chunks = lengths.map((length) => new Uint8Array(randomBytes(length)))
    const hash = await createMd5(size)
    for (const chunk of chunks) {
      const given = chunk.slice()
      await hash.update(given)
      // the bytes are the caller's again
      given.fill(0)
    }
    expect(await hash.digest()).toBe(reference(chunks))
  })
})

test('a hash that is given up ends its thread', async () => {
  const hash = await createMd5(64 * MiB)
  await hash.update(new Uint8Array(3 * MiB))
  expect(process.getActiveResourcesInfo()).toContain('MessagePort')
  hash.dispose?.()
  await expect.poll(() => process.getActiveResourcesInfo().filter((r) => r === 'Worker')).toEqual([])
})
