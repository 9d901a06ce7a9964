import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contentTypeOf, extensionOf, mediaType } from '../../src/bytes/content-type.js'

const OCTETS = 'application/octet-stream'

describe('contentTypeOf', () => {
  it('takes the caller before the Blob before the extension before octet-stream', () => {
    const filename = 'a.pdf'
    expect(contentTypeOf({ given: 'text/csv', blobType: 'text/plain', filename })).toBe('text/csv')
    expect(contentTypeOf({ blobType: 'text/plain', filename })).toBe('text/plain')
    expect(contentTypeOf({ given: '', blobType: '', filename })).toBe('application/pdf')
    expect(contentTypeOf({ filename: 'a' })).toBe(OCTETS)
  })

  it.each([
    ['photo.JPG', 'image/jpeg'],
    ['a.b.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['x.heic', 'image/heic'],
    ['x.webp', 'image/webp'],
    ['x.svg', 'image/svg+xml'],
    ['map.geojson', 'application/geo+json'],
    ['track.gpx', 'application/gpx+xml'],
    ['places.kml', 'application/vnd.google-earth.kml+xml'],
    ['capture.apk', 'application/vnd.android.package-archive'],
    ['data.parquet', 'application/vnd.apache.parquet'],
    ['voice.m4a', 'audio/mp4'],
    ['x.unheard', OCTETS],
    ['x.constructor', OCTETS],
    ['x.__proto__', OCTETS],
    ['x.', OCTETS],
    ['dir.pdf/x', OCTETS],
  ])('calls %s %s', (filename, type) => {
    expect(contentTypeOf({ filename })).toBe(type)
  })

  it('does not ask the next one when a value is no MIME type', () => {
    expect(contentTypeOf({ given: 'not a type', blobType: 'text/plain', filename: 'a.pdf' })).toBe(OCTETS)
  })
})

describe('mediaType', () => {
  it.each([
    'text/html;charset=utf-8',
    'text/plain; charset="utf-8"; format=flowed',
    'application/vnd.api+json',
    'Text/CSV',
    'multipart/mixed; boundary="a \\" b"',
    'text/plain;',
    'text/plain ; ; a=b',
  ])('keeps %s', (type) => {
    expect(mediaType(type)).toBe(type)
  })

  it.each([
    'not a type',
    'text',
    'text/',
    '/plain',
    'text/plain; charset',
    'text/plain charset=utf-8',
    'text/plain\r\nX: y',
    'text/plain\n',
    'text/plain; a="\tb"',
    'text/plain\0',
    'text/pläin',
    'text/plain; a="b',
    'text/plain, text/html',
    '',
    `text/${'x'.repeat(251)}`,
  ])('makes octet-stream of %j', (type) => {
    expect(mediaType(type)).toBe(OCTETS)
  })

  it('takes the parameters and capitals of images away', () => {
    expect(mediaType('image/png;charset=UTF-8')).toBe('image/png')
    expect(mediaType('IMAGE/Jpeg ; q=1')).toBe('image/jpeg')
    expect(mediaType('image/svg+xml; charset=utf-8')).toBe('image/svg+xml')
  })

  it('takes the parameters away from a type of more than 255 characters', () => {
    const type = `text/plain;a=${'x'.repeat(242)}`
    expect(mediaType(type)).toBe(type)
    expect(mediaType(`${type}x`)).toBe('text/plain')
  })

  it('is fit for a header whatever it is given, and stable', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a-z]+\/[a-z]+[\s\S]*$/)), (value) => {
        const type = mediaType(value)
        expect(type).toMatch(/^[!-~]+\/[ -~]+$/)
        expect(type.length).toBeLessThanOrEqual(255)
        expect(mediaType(type)).toBe(type)
      }),
    )
  })

  it('takes no time for a hostile value', () => {
    const start = performance.now()
    for (const part of ['; ', ';  ', ' ;', '; a=b ', '; a="" ', '"\\', ' ']) mediaType(`a/b${part.repeat(900)}\u00ff`)
    for (const part of ['; ', ';  ', ' ;', '; a=b ', '; a="" ', '"\\', ' ']) mediaType(`a/b${part.repeat(160)}=`)
    expect(performance.now() - start).toBeLessThan(2000)
  })
})

describe('extensionOf', () => {
  it.each([
    ['a.tar.gz', 'gz'],
    ['.bin', 'bin'],
    ['a.PNG', 'PNG'],
    ['a', ''],
    ['a.', ''],
    ['b.c/a', ''],
    ['b.c\\a', ''],
  ])('of %s is %j', (name, extension) => {
    expect(extensionOf(name)).toBe(extension)
  })
})
