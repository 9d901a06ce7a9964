import { describe, expect, test } from 'vitest'
import { contentOf } from '../../src/content/inline.js'
import { kindOfBytes } from '../../src/content/kind.js'

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'))
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const PNG = bytes('\x89PNG\r\n\x1a\n....')

describe('kindOfBytes', () => {
  test.each([
    ['a PNG', PNG, 'image/png', 'image', 'image/png'],
    ['a JPEG that is called a PNG', bytes('\xff\xd8\xff\xe0....'), 'image/png', 'image', 'image/jpeg'],
    ['a WebP without a type', bytes('RIFF\x10\0\0\0WEBPVP8 '), '', 'image', 'image/webp'],
    ['a GIF', bytes('GIF89a..'), 'application/octet-stream', 'image', 'image/gif'],
    ['text that is called an image', utf8('hello'), 'image/png', 'other', 'image/png'],
    ['a TIFF, which assistants do not take', bytes('II*\0....'), 'image/tiff', 'other', 'image/tiff'],
    ['plain text', utf8('hello'), 'text/plain', 'text', 'text/plain'],
    ['text without a type', utf8('hello'), '', 'text', 'text/plain'],
    ['JSON', utf8('{}'), 'application/json', 'text', 'application/json'],
    ['an SVG, which is text', utf8('<svg/>'), 'image/svg+xml', 'text', 'image/svg+xml'],
    ['Latin-1, which is no UTF-8', bytes('caf\xe9'), 'text/plain', 'other', 'text/plain'],
    ['text with a NUL', utf8('a\0b'), 'text/plain', 'other', 'text/plain'],
    ['text with an escape', utf8('a\u001b[31mb'), 'text/plain', 'other', 'text/plain'],
    ['a PDF that could be read as text', utf8('%PDF-1.4'), 'application/pdf', 'other', 'application/pdf'],
  ])('%s', (_what, given, declared, kind, mimeType) => {
    expect(kindOfBytes(given, declared)).toMatchObject({ kind, mimeType })
  })

  test('text is given whole, with its byte order mark and its line ends', () => {
    const text = '\ufeffعربي 🦟\r\nend\n'
    expect(kindOfBytes(utf8(text), 'text/plain')).toMatchObject({ text })
  })
})

test('an empty file has no content: hosts refuse an empty text', () => {
  expect(contentOf(new Uint8Array(), { type: 'text/plain', uri: 'x:' })).toEqual([])
})
