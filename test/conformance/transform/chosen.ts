import { type Json, type Part, type Recording, type Step, isFilePart } from '../recording.js'

/** What DHIS2 brings itself, or knows by this name; never replaced. */
export const OF_DHIS2: ReadonlySet<string> = new Set(['admin', 'district', 'default'])

/** Everything that the requests of a recording choose freely. */
export interface Chosen {
  readonly uids: ReadonlySet<string>
  /** Uids of a wrong form. */
  readonly malformed: ReadonlySet<string>
  /** Names of objects and people, and what filters by name look for as a whole. */
  readonly names: ReadonlySet<string>
  /** What filters by a part of a name look for. */
  readonly nameParts: ReadonlySet<string>
  readonly usernames: ReadonlySet<string>
  readonly passwords: ReadonlySet<string>
  readonly codes: ReadonlySet<string>
  readonly iconKeys: ReadonlySet<string>
  readonly keywords: ReadonlySet<string>
  readonly fileNames: ReadonlySet<string>
  /** Texts of messages, descriptions and values. */
  readonly texts: ReadonlySet<string>
  readonly urls: ReadonlySet<string>
  /** Words that DHIS2 is to refuse: a domain, dimension, operator, period, route that does not exist. */
  readonly refused: ReadonlySet<string>
  readonly tokens: ReadonlySet<string>
}

const UID = /(?<![A-Za-z0-9{]|%)(?=[A-Za-z0-9]*\d)[A-Za-z][A-Za-z0-9]{10}(?![A-Za-z0-9}])/g
const NAME_MEMBERS = new Set(['name', 'shortName', 'subject', 'firstName', 'surname'])
const TEXT_MEMBERS = new Set(['description', 'text', 'value'])
const DOMAINS = /^(DATA_VALUE|PUSH_ANALYSIS|DOCUMENT|MESSAGE_ATTACHMENT|USER_AVATAR|ORG_UNIT|ICON|JOB_DATA)$/i
const DIMENSIONS = /^(SMALL|MEDIUM|LARGE|ORIGINAL)$/i
const OPERATORS =
  /^(eq|ieq|!eq|neq|ne|gt|lt|gte|ge|lte|le|in|!in|null|!null|empty|!empty|!?token|!?\$?i?like\$?|startsWith|endsWith)$/
const ROUTES =
  /^(me|ping|system|fileResources|documents|metadata|sharing|users|categoryCombos|organisationUnits|dataValues|dataValueSets|audits|tracker|messageConversations|icons|apiToken|auth|\d\d)$/

/** Collects what the requests choose. */
export function chosenBy(recording: Recording): Chosen {
  const chosen = {
    uids: new Set<string>(),
    malformed: new Set<string>(),
    names: new Set<string>(),
    nameParts: new Set<string>(),
    usernames: new Set<string>(),
    passwords: new Set<string>(),
    codes: new Set<string>(),
    iconKeys: new Set<string>(),
    keywords: new Set<string>(),
    fileNames: new Set<string>(),
    texts: new Set<string>(),
    urls: new Set<string>(),
    refused: new Set<string>(),
    tokens: new Set<string>(),
  }

  const member = (key: string, value: Json, of: { [member: string]: Json }, path: string): void => {
    if (Array.isArray(value)) for (const item of value) member(key, item, of, path)
    else if (value !== null && typeof value === 'object') {
      // members named by a uid: the users of a sharing
      for (const [k, v] of Object.entries(value)) {
        uidsIn(k)
        member(k, v, value, path)
      }
    } else if (typeof value === 'string' && !value.includes('{{')) text(key, value, path)
  }
  const text = (key: string, value: string, path: string): void => {
    if (/^\w+:\/\//.test(value)) chosen.urls.add(value)
    else if (key === 'id' && value.length !== 11) chosen.malformed.add(value)
    else if (NAME_MEMBERS.has(key)) chosen.names.add(value)
    else if (key === 'username') chosen.usernames.add(value)
    else if (key === 'password') chosen.passwords.add(value)
    else if (key === 'code') chosen.codes.add(value)
    else if (key === 'key' && path.startsWith('/api/icons')) chosen.iconKeys.add(value)
    else if (key === 'keywords') chosen.keywords.add(value)
    else if (TEXT_MEMBERS.has(key) && value.replace(UID, '') !== '') chosen.texts.add(value)
    uidsIn(value)
  }
  const uidsIn = (value: string): void => {
    for (const [uid] of value.matchAll(UID)) chosen.uids.add(uid)
  }
  const query = (name: string, value: string): void => {
    if (value.includes('{{')) uidsIn(value)
    else if (name === 'filter') filter(value)
    else if (name === 'fields' || name === 'order') return
    else if (name === 'keys') for (const key of value.split(',')) chosen.iconKeys.add(key)
    else if (name === 'uid' && value.length !== 11) chosen.malformed.add(value)
    else if (name === 'domain' && !DOMAINS.test(value)) chosen.refused.add(value)
    else if (name === 'dimension' && !DIMENSIONS.test(value)) chosen.refused.add(value)
    else if (name === 'pe' && !/^\d/.test(value)) chosen.refused.add(value)
    else uidsIn(value)
  }
  const filter = (value: string): void => {
    const [property = '', operator = '', ...rest] = value.split(':')
    const sought = rest.join(':')
    if (!OPERATORS.test(operator)) chosen.refused.add(operator)
    else if (property === 'name' && !OF_DHIS2.has(sought))
      (/like|With/.test(operator) ? chosen.nameParts : chosen.names).add(sought)
    uidsIn(value)
  }
  const part = (p: Part): void => {
    if (p.filename !== undefined) chosen.fileNames.add(p.filename)
    if (p.text !== undefined && p.text !== '' && isFilePart(p)) chosen.texts.add(p.text)
  }

  for (const { request } of recording.steps) {
    if (request === undefined) continue
    const [path = '', search = ''] = request.path.split('?')
    const segments = path.split('/').slice(2)
    segments.forEach((segment, i) => {
      if (i === 0 && !ROUTES.test(segment)) chosen.refused.add(segment)
      else if (segments[0] === 'icons' && i === 1) chosen.iconKeys.add(segment)
      else if (i === 1 && segments[0] === 'fileResources' && /^[a-z]{3,8}$/.test(segment) && segment !== 'owners')
        chosen.malformed.add(segment)
      else uidsIn(segment)
    })
    for (const pair of search === '' ? [] : search.split('&')) {
      const at = pair.indexOf('=')
      query(pair.slice(0, at), decodeURIComponent(pair.slice(at + 1)))
    }
    if (request.json !== undefined) member('', request.json, {}, path)
    const sent = jsonOf(request.body)
    if (sent !== undefined)
      for (const operation of sent) member(String(operation.path).slice(1), operation.value ?? null, {}, path)
    else if (request.body?.type.startsWith('text/')) chosen.texts.add(request.body.text)
    request.multipart?.forEach(part)
    if (typeof request.auth === 'object' && 'basic' in request.auth) {
      const [user = '', password = ''] = request.auth.basic.split(':')
      chosen.usernames.add(user)
      chosen.passwords.add(password)
    }
    if (typeof request.auth === 'object' && 'token' in request.auth && !request.auth.token.includes('{{'))
      chosen.tokens.add(request.auth.token)
  }
  for (const set of Object.values(chosen)) for (const word of OF_DHIS2) set.delete(word)
  return chosen
}

/** The operations of a JSON Patch; undefined for any other body. */
export function jsonOf(body: { type: string; text: string } | undefined): { [member: string]: Json }[] | undefined {
  if (body?.type !== 'application/json-patch+json') return undefined
  return JSON.parse(body.text) as { [member: string]: Json }[]
}

/** The variable that a step takes its new file resource's uid into, or the uid that it chooses. */
export function fileResourceOf(step: Step): string | undefined {
  for (const [name, from] of Object.entries(step.capture ?? {})) if (from.endsWith('fileResource.id')) return name
  return undefined
}
