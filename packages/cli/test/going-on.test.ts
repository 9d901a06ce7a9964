import { Dhis2Error } from '@dhis2-files/client'
import { describe, expect, test } from 'vitest'
import { set } from '../src/commands/avatars/set.js'
import { send } from '../src/commands/messages/send.js'
import { wordsToGoOn } from '../src/going-on.js'

const later = (options: object, code: 'server' | 'lost-content' | 'conflict' = 'server'): Dhis2Error =>
  new Dhis2Error('no', { code, cause: new Dhis2Error('no', { code: 'server' }), ...options })
const file = { fileResource: 'f2345678901' }
const file2 = { fileResources: ['f2345678901'] }
const files = { fileResources: ['f2345678901', 'g2345678901'] }

describe('a failure after the upload', () => {
  test('goes on with the file that is there', () => {
    const words = wordsToGoOn(later(file), set, ['avatars', 'set', 'me.jpg', '--json'])
    expect(words).toEqual(['avatars', 'set', 'me.jpg', '--json', '--file-resource', 'f2345678901'])
  })

  test.each([
    ['as two words', ['--file-resource', 'x2345678901']],
    ['as one word', ['--file-resource=x2345678901']],
  ])('takes the place of a uid that was given %s', (_, given) => {
    const words = wordsToGoOn(later(file), set, ['avatars', 'set', ...given, 'me.jpg'])
    expect(words).toEqual(['avatars', 'set', 'me.jpg', '--file-resource', 'f2345678901'])
  })

  test('goes on with the attachments that are there, and sends the others', () => {
    const argv = ['messages', 'send', 'Hi', '--attach', '1.pdf', '-a', '2.pdf', '--attach=3.pdf', '--text', 't']
    expect(wordsToGoOn(later(files), send, argv)).toEqual([
      ...['messages', 'send', 'Hi', '--attach=3.pdf', '--text', 't'],
      ...['--file-resource', 'f2345678901', '--file-resource', 'g2345678901'],
    ])
  })

  test.each([
    ['apart', ['-a', '1.pdf'], []],
    ['joined', ['-a1.pdf'], []],
    ['joined by =', ['--attach=1.pdf'], []],
    ['behind a flag', ['-ja1.pdf'], ['-j']],
  ])('knows an attachment that is %s', (_, given, kept) => {
    const argv = ['messages', 'send', 'Hi', ...given]
    expect(wordsToGoOn(later(file2), send, argv)).toEqual([
      ...['messages', 'send', 'Hi', ...kept, '--file-resource', 'f2345678901'],
    ])
  })

  test('leaves alone what is behind --, and what is the value of another option', () => {
    const argv = ['messages', 'send', '--text', '--attach', '-a', '1.pdf', '--', '--attach', '-a']
    expect(wordsToGoOn(later(file2), send, argv)).toEqual([
      ...['messages', 'send', '--text', '--attach', '--file-resource', 'f2345678901', '--', '--attach', '-a'],
    ])
    expect(wordsToGoOn(later(file), set, ['avatars', 'set', '--', '-me.jpg'])).toEqual([
      ...['avatars', 'set', '--file-resource', 'f2345678901', '--', '-me.jpg'],
    ])
  })

  test('counts attachments that were on the server before', () => {
    const argv = ['messages', 'send', 'Hi', '--file-resource', 'f2345678901', '-a', '1.pdf', '-a', '2.pdf']
    expect(wordsToGoOn(later(files), send, argv)).toEqual([
      ...['messages', 'send', 'Hi', '-a', '2.pdf'],
      ...['--file-resource', 'f2345678901', '--file-resource', 'g2345678901'],
    ])
  })
})

test.each([
  ['of the file itself', new Dhis2Error('no', { code: 'integrity', ...file })],
  ['of bytes that are lost', later(file, 'lost-content')],
  ['without a file on the server', later({})],
  ['that is none of the client', new Error('no')],
])('a failure %s is not gone on from', (_, error) => {
  expect(wordsToGoOn(error, set, ['avatars', 'set', 'me.jpg'])).toBeUndefined()
})

test('an attachment that another message has is not sent again', () => {
  expect(wordsToGoOn(later(files, 'conflict'), send, ['messages', 'send', '-a', '1', '-a', '2'])).toBeUndefined()
})
