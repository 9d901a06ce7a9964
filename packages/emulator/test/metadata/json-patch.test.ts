import { describe, expect, it } from 'vitest'
import { applyPatch } from '../../src/metadata/json-patch.js'

const document = { name: 'a', list: [{ id: 'x' }, { id: 'y' }], deep: { 'a/b': 1 } }

describe('a JSON patch', () => {
  it.each([
    [{ op: 'replace', path: '/name', value: 'b' }, { name: 'b' }],
    [{ op: 'add', path: '/code', value: 'C' }, { code: 'C' }],
    [{ op: 'add', path: '/list/-', value: { id: 'z' } }, { list: [{ id: 'x' }, { id: 'y' }, { id: 'z' }] }],
    [{ op: 'add', path: '/list/0', value: 1 }, { list: [1, { id: 'x' }, { id: 'y' }] }],
    [{ op: 'remove', path: '/list/0' }, { list: [{ id: 'y' }] }],
    [{ op: 'remove-by-id', path: '/list', id: 'y' }, { list: [{ id: 'x' }] }],
    [{ op: 'replace', path: '/deep/a~1b', value: 2 }, { deep: { 'a/b': 2 } }],
    [
      { op: 'copy', from: '/name', path: '/code' },
      { name: 'a', code: 'a' },
    ],
    [{ op: 'test', path: '/name', value: 'a' }, { name: 'a' }],
  ])('%j applies', (operation, expected) => {
    expect(applyPatch(document, [operation])).toMatchObject(expected)
    expect(document.name).toBe('a')
  })

  it('takes members away', () => {
    expect(applyPatch(document, [{ op: 'remove', path: '/name' }])).not.toHaveProperty('name')
    expect(applyPatch(document, [{ op: 'move', from: '/name', path: '/title' }])).toEqual(
      expect.not.objectContaining({ name: 'a' }),
    )
  })

  it('that leads nowhere is refused', () => {
    expect(() => applyPatch(document, [{ op: 'add', path: '/none/deeper', value: 1 }])).toThrow('Invalid path')
    expect(() => applyPatch(document, [{ op: 'test', path: '/name', value: 'z' }])).toThrow('failed')
    expect(() => applyPatch(document, [{ op: 'frobnicate', path: '/name' }])).toThrow('Unknown operation')
  })
})
