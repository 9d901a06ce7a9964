import { describe, expect, it } from 'vitest'
import { readDocument, readDocumentRow } from '../../src/models/document.js'
import { isReencoded, readFileResource, readFileResourceRow } from '../../src/models/file-resource.js'
import { readPager } from '../../src/models/pager.js'
import { readMe, readSystemInfo } from '../../src/models/system-info.js'

describe('a document', () => {
  const whole = { id: 'a', name: 'b', url: 'c', external: false, code: null, newMember: 1 }

  it('keeps the members that a version has beyond ours', () => {
    expect(readDocument(whole)).toEqual(whole)
  })

  it.each(['id', 'name', 'url', 'external'])('by itself has its %s', (member) => {
    expect(() => readDocument({ ...whole, [member]: undefined })).toThrow(new RegExp(`a document\\.${member}`))
  })

  it('of a list has its id and what was asked for', () => {
    expect(readDocumentRow({ id: 'a' })).toEqual({ id: 'a' })
    expect(() => readDocumentRow({ name: 'b' })).toThrow(/a document\.id/)
    expect(() => readDocumentRow({ id: 'a', sharing: [] })).toThrow(/a document\.sharing/)
  })
})

describe('a file resource', () => {
  const whole = {
    id: 'a',
    name: 'b',
    contentType: 'c',
    contentLength: 1,
    storageStatus: 'STORED',
    domain: 'NEW_DOMAIN',
  }

  it('may be of a domain that we do not know', () => {
    expect(readFileResource(whole).domain).toBe('NEW_DOMAIN')
  })

  it.each(['id', 'name', 'contentType', 'contentLength', 'storageStatus'])('by itself has its %s', (member) => {
    expect(() => readFileResource({ ...whole, [member]: undefined })).toThrow(new RegExp(`a file resource\\.${member}`))
  })

  it('of a list has its id and what was asked for', () => {
    expect(readFileResourceRow({ id: 'a' })).toEqual({ id: 'a' })
  })

  it('is encoded anew by the server in three domains', () => {
    const domains = ['DATA_VALUE', 'DOCUMENT', 'MESSAGE_ATTACHMENT', 'USER_AVATAR', 'ORG_UNIT', 'ICON', 'JOB_DATA']
    expect(domains.filter(isReencoded)).toEqual(['USER_AVATAR', 'ORG_UNIT', 'ICON'])
  })
})

describe('a pager', () => {
  it('is read without its links, which a proxy makes wrong', () => {
    const pager = { page: 1, pageSize: 50, total: 123, pageCount: 3, nextPage: 'http://inside/api' }
    expect(readPager(pager)).toEqual({ page: 1, pageSize: 50, total: 123, pageCount: 3 })
  })

  it('may not count its rows', () => {
    expect(readPager({ page: 1, pageSize: 50 })).toEqual({
      page: 1,
      pageSize: 50,
      total: undefined,
      pageCount: undefined,
    })
    expect(() => readPager({ page: '1', pageSize: 50 })).toThrow(/pager\.page/)
  })
})

describe('system info and user', () => {
  it('have what is needed of them', () => {
    expect(readSystemInfo({ version: '2.43.1', odd: 1 })).toEqual({ version: '2.43.1', odd: 1 })
    expect(() => readMe({ id: 'a', username: 'b' })).toThrow(/me\.authorities/)
  })
})
