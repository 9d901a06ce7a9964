/**
 * The root of a DHIS2, as callers write it: with any context path, and with a slash, `/api` or `/api/43` at its end.
 * Ends with a slash; API paths are resolved against it. The version prefix is dropped: it has no effect (WIRE.md 8.3).
 * @throws TypeError for what is no http or https URL, and for one that holds a user name or password. Its message has no secret.
 */
export function parseBaseUrl(baseUrl: string | URL): URL {
  const text = String(baseUrl).trim()
  if (!URL.canParse(text)) {
    const shown = text.includes('@') ? 'it' : `“${text.slice(0, 100)}”`
    throw new TypeError(`baseUrl must be an absolute URL such as https://dhis2.example.org/hmis, but ${shown} is none.`)
  }
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TypeError(`baseUrl must begin with http:// or https://, not with ${url.protocol}`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('baseUrl must not hold a user name or password: URLs end up in logs. Pass them in auth.')
  }
  url.search = ''
  url.hash = ''
  url.pathname = `${url.pathname.replace(/\/+$/, '').replace(/\/api(\/\d+)?$/, '')}/`
  return url
}
