// One HTTP exchange with a DHIS2: send it, normalise what came back, compare two of them. README.md tells the format.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'

const HEADERS = [
  'content-type',
  'content-length',
  'content-disposition',
  'location',
  'etag',
  'cache-control',
  'www-authenticate',
  'allow',
  'accept-ranges',
  'last-modified',
  'x-content-type-options',
  'content-security-policy',
  'x-xss-protection',
  'x-frame-options',
  'vary',
  'transfer-encoding',
  'set-cookie',
]
/** Headers that a replay compares; the others are recorded for the reader. */
const COMPARED = [
  'content-type',
  'content-length',
  'content-disposition',
  'location',
  'etag',
  'cache-control',
  'www-authenticate',
  'allow',
  'accept-ranges',
  'last-modified',
  'x-content-type-options',
]
/** JSON arrays whose order the server does not promise. */
const SETS = new Set([
  'attributes',
  'keywords',
  'authorities',
  'dataValues',
  'typeReports',
  'objectReports',
  'errorReports',
  'users',
])
const UID = /^[A-Za-z][A-Za-z0-9]{10}$/
const DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(\+\d{4}|Z)?$/
const IMAGE_TYPE = /^image\/(png|jpe?g)$/
const md5 = (bytes) => createHash('md5').update(bytes).digest('hex')

/** What a polled step waits for. */
const CONDITIONS = {
  stored: (json) => json?.storageStatus === 'STORED',
  // 41 and 42 set hasMultipleStorageFiles a moment after the bytes are there
  settled: (json) =>
    json?.storageStatus === 'STORED' &&
    (json.hasMultipleStorageFiles ||
      !IMAGE_TYPE.test(json.contentType) ||
      !/DATA_VALUE|USER_AVATAR|ORG_UNIT/.test(json.domain)),
}

export class Player {
  vars = {}
  #named = new Set()
  constructor({ base, admin = 'admin:district', fixtures = path.join(import.meta.dirname, 'fixtures') }) {
    this.base = new URL(base)
    this.admin = admin
    this.fixtures = fixtures
  }

  /** Uids that the requests of these steps choose themselves: they are not replaced by {{uid}}. */
  know(steps) {
    for (const m of JSON.stringify(steps.map((s) => s.request ?? {})).matchAll(
      /(?<![A-Za-z0-9{])[A-Za-z][A-Za-z0-9]{10}(?![A-Za-z0-9}])/g,
    ))
      this.#named.add(m[0])
  }

  /** Plays one step and returns the normalised response, or undefined for a pause. */
  async play(step) {
    if (step.sleep) return void (await pause(step.sleep))
    let res, json
    for (let tries = 0; ; tries++) {
      res = await this.#send(step.request)
      json = undefined
      if (/json/.test(res.headers['content-type'] ?? '') && res.raw.length)
        try {
          json = JSON.parse(res.raw.toString('utf8'))
        } catch {}
      if (!step.until || CONDITIONS[step.until](json) || tries > 100) break
      await pause(100)
    }
    for (const [name, from] of Object.entries(step.capture ?? {})) this.vars[name] = capture(from, res, json)
    return { status: res.status, ...this.#normalise(step, res, json), said: res.raw.toString('utf8').slice(0, 300) }
  }

  #subst(v) {
    if (typeof v === 'string') return v.replace(/\{\{(\w+)\}\}/g, (m, k) => this.vars[k] ?? m)
    if (Array.isArray(v)) return v.map((x) => this.#subst(x))
    return v && typeof v === 'object' ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, this.#subst(x)])) : v
  }

  async #bytes(part) {
    if (part.fixture) return readFile(path.join(this.fixtures, part.fixture))
    if (part.repeat) return Buffer.alloc(part.repeat.bytes, part.repeat.of ?? 'x')
    return Buffer.from(this.#subst(part.text ?? ''), 'utf8')
  }

  async #multipart(parts, boundary = 'recordedBoundary7MA4YWxkTrZu0gW') {
    const chunks = []
    for (const p of parts) {
      let head = `--${boundary}\r\nContent-Disposition: form-data; name="${p.name}"${p.disposition ?? ''}`
      if (p.filename !== undefined) head += `; filename="${p.filename}"`
      head += '\r\n'
      if (p.type) head += `Content-Type: ${p.type}\r\n`
      chunks.push(Buffer.from(head + '\r\n', 'utf8'), await this.#bytes(p), Buffer.from('\r\n'))
    }
    chunks.push(Buffer.from(`--${boundary}--\r\n`))
    return { body: Buffer.concat(chunks), type: `multipart/form-data; boundary=${boundary}` }
  }

  #auth(auth = 'admin') {
    if (auth === 'none') return {}
    if (auth.token) return { Authorization: `ApiToken ${this.#subst(auth.token)}` }
    if (auth.cookie) return { Cookie: this.#subst(auth.cookie) }
    return {
      Authorization: `Basic ${Buffer.from(auth === 'admin' ? this.admin : this.#subst(auth.basic)).toString('base64')}`,
    }
  }

  async #send(r) {
    let body, type
    if (r.multipart) ({ body, type } = await this.#multipart(this.#subst(r.multipart)))
    else if (r.json !== undefined) {
      body = Buffer.from(JSON.stringify(this.#subst(r.json)))
      type = 'application/json'
    } else if (r.body !== undefined) {
      body = await this.#bytes(r.body)
      type = r.body.type
    }
    const headers = {
      'X-Requested-With': 'XMLHttpRequest',
      Accept: '*/*',
      ...this.#auth(r.auth),
      ...(type ? { 'Content-Type': type } : {}),
      ...(body ? { 'Content-Length': body.length } : {}),
      ...this.#subst(r.headers ?? {}),
    }
    for (const k of Object.keys(headers)) if (headers[k] === null) delete headers[k]
    const url = new URL(this.base.pathname.replace(/\/$/, '') + this.#subst(r.path), this.base)
    return new Promise((resolve) => {
      const fail = (e) => resolve({ status: 0, headers: {}, raw: Buffer.alloc(0), broken: e.code ?? String(e) })
      const req = http.request(url, { method: r.method, headers }, (res) => {
        const chunks = []
        res.on('data', (c) => chunks.push(c))
        res.on('end', () =>
          resolve({
            status: res.statusCode,
            headers: res.headers,
            raw: Buffer.concat(chunks),
            broken: res.complete ? undefined : 'incomplete',
          }),
        )
        res.on('error', fail)
      })
      req.on('error', fail)
      req.setTimeout(120_000, () => req.destroy(new Error('timeout')))
      req.end(body)
    })
  }

  #named_(x) {
    return this.#named.has(x) || Object.values(this.vars).includes(x)
  }

  #norm(v) {
    if (typeof v === 'string') {
      if (DATE.test(v)) return '{{date}}'
      let s = v
      for (const [k, x] of Object.entries(this.vars))
        if (typeof x === 'string' && x.length > 5) s = s.split(x).join(`{{${k}}}`)
      return s.split(this.base.origin).join('{{base}}')
    }
    if (Array.isArray(v)) return v.map((x) => this.#norm(x))
    return v && typeof v === 'object'
      ? Object.fromEntries(Object.entries(v).map(([k, x]) => [this.#norm(k), this.#norm(x)]))
      : v
  }

  // uids that the server made up and no step captured
  #fresh(v, found = new Set()) {
    if (Array.isArray(v)) v.forEach((x) => this.#fresh(x, found))
    else if (v && typeof v === 'object')
      for (const [k, x] of Object.entries(v)) {
        if ((k === 'id' || k === 'uid') && typeof x === 'string' && UID.test(x) && !this.#named_(x)) found.add(x)
        else this.#fresh(x, found)
      }
    return found
  }

  #normalise(step, res, json) {
    const type = res.headers['content-type'] ?? ''
    const made = json === undefined ? [] : [...this.#fresh(json)]
    const hide = (text) =>
      made
        .reduce((t, x) => t.split(x).join('{{uid}}'), text)
        .replace(/\d+ h, \d+ m, \d+ s/g, '{{duration}}')
        .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '{{uuid}}')
        .replace(/fatal: not a git[^"]*/g, '{{revision}}')
        .replace(/Valid formats are: [^.`]*/g, 'Valid formats are: {{formats}}')
    const headers = {}
    for (const h of HEADERS) {
      let v = res.headers[h]
      if (v === undefined) continue
      if (h === 'set-cookie')
        v = v.map((c) => c.replace(/=[^;]*/, '={{secret}}').replace(/Expires=[^;]*/, 'Expires={{date}}')).join(', ')
      if (h === 'etag' && v === `"0${md5(res.raw)}"`) v = '"0{{bodyMd5}}"' // the servlet filter's ETag
      headers[h] = hide(this.#norm(v))
    }
    if (/html/.test(type)) delete headers['content-length']
    if (!step.id?.startsWith('access.')) delete headers['set-cookie']
    const image = pixels(res.raw)
    const body =
      json !== undefined
        ? { json: JSON.parse(hide(JSON.stringify(this.#norm(json)))) }
        : res.raw.length === 0
          ? { empty: true }
          : /html/.test(type)
            ? { htmlTitle: /<title>([^<]*)</.exec(res.raw.toString('utf8'))?.[1] }
            : /^text\//.test(type) && res.raw.length < 4000
              ? { text: this.#norm(res.raw.toString('utf8')) }
              : { bytes: res.raw.length, md5: md5(res.raw), ...(image ? { image } : {}) }
    return { headers, ...(res.broken ? { broken: res.broken } : {}), ...body }
  }
}

/** Differences between what was recorded and what came now, as [path, recorded, now]; none when they agree. */
export function compare(step, recorded, now) {
  const out = []
  if (recorded.status !== now.status) out.push(['status', recorded.status, now.status])
  for (const h of COMPARED) {
    if (h === 'content-length' && (recorded.json !== undefined || recorded.htmlTitle !== undefined || step.pixels))
      continue
    if (h === 'etag' && recorded.json !== undefined) continue
    const a = canonical(h, recorded.headers[h]),
      b = canonical(h, now.headers[h])
    if (a !== b) out.push([`headers.${h}`, recorded.headers[h], now.headers[h]])
  }
  if (step.pixels) diff(recorded.image, now.image, 'image', out)
  else
    for (const k of ['broken', 'empty', 'text', 'htmlTitle', 'bytes', 'md5'])
      if (recorded[k] !== now[k]) out.push([k, recorded[k], now[k]])
  diff(part(recorded.json, step), part(now.json, step), 'json', out)
  return out
}

const canonical = (h, v) => (h === 'content-type' ? v?.toLowerCase().replaceAll(' ', '') : v)
function part(json, { only, ignore }) {
  if (json === undefined || json === null || typeof json !== 'object') return json
  if (only) return Object.fromEntries(only.map((k) => [k, json[k]]))
  const copy = structuredClone(json)
  for (const p of ignore ?? []) drop(copy, p.split('.'))
  return copy
}
function drop(v, [key, ...rest]) {
  if (!v || typeof v !== 'object') return
  for (const k of key === '*' ? Object.keys(v) : [key]) rest.length ? drop(v[k], rest) : delete v[k]
}
function diff(a, b, at, out, key) {
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return out.push([at, a, b])
    if (SETS.has(key)) {
      a = [...a].sort(byText)
      b = [...b].sort(byText)
    }
    return a.forEach((x, i) => diff(x, b[i], `${at}[${i}]`, out))
  }
  if (a && b && typeof a === 'object' && typeof b === 'object') {
    for (const k of new Set([...Object.keys(a), ...Object.keys(b)])) diff(a[k], b[k], `${at}.${k}`, out, k)
    return
  }
  if (a !== b) out.push([at, a, b])
}
const sorted = (v) =>
  Array.isArray(v)
    ? v.map(sorted)
    : v && typeof v === 'object'
      ? Object.fromEntries(
          Object.keys(v)
            .sort()
            .map((k) => [k, sorted(v[k])]),
        )
      : v
const byText = (a, b) => (JSON.stringify(sorted(a)) < JSON.stringify(sorted(b)) ? -1 : 1)

function capture(from, res, json) {
  if (from === '@location') return res.headers.location?.split('/').pop()
  if (from === '@cookie') return (res.headers['set-cookie'] ?? []).map((c) => c.split(';')[0]).join('; ')
  if (from === '@etag') return res.headers.etag
  return from.split('.').reduce((x, k) => x?.[k], json)
}

/** Type and size of a PNG, JPEG or GIF; undefined for anything else. */
function pixels(raw) {
  if (raw.length > 24 && raw.readUInt32BE(0) === 0x89504e47)
    return { type: 'png', width: raw.readUInt32BE(16), height: raw.readUInt32BE(20) }
  if (raw.length > 10 && raw.toString('latin1', 0, 3) === 'GIF')
    return { type: 'gif', width: raw.readUInt16LE(6), height: raw.readUInt16LE(8) }
  if (raw.length < 4 || raw.readUInt16BE(0) !== 0xffd8) return
  for (let i = 2; i + 9 < raw.length; ) {
    const marker = raw[i + 1]
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { type: 'jpeg', width: raw.readUInt16BE(i + 7), height: raw.readUInt16BE(i + 5) }
    i += 2 + raw.readUInt16BE(i + 2)
  }
}
const pause = (ms) => new Promise((r) => setTimeout(r, ms))
