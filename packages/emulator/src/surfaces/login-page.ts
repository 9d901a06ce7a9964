import type { Api } from '../api.js'
import type { Refusal } from '../auth/accounts.js'
import { logIn } from '../auth/log-in.js'
import { escapeHtml, htmlPage } from '../http/html.js'
import { type Reply, empty, reply } from '../http/reply.js'

const WORDS: Readonly<Record<Refusal, string>> = {
  BAD_CREDENTIALS: 'Incorrect username or password',
  ACCOUNT_LOCKED: 'This account is locked after too many attempts',
  ACCOUNT_DISABLED: 'This account is disabled',
  ACCOUNT_EXPIRED: 'This account has expired',
  PASSWORD_EXPIRED: 'This password has expired',
  REQUIRES_TWO_FACTOR_ENROLMENT: 'This account has to set up two-factor authentication first',
  WRONG_TWO_FACTOR_CODE: 'Enter the code of your authenticator app',
}

/**
 * The page that browsers are sent to. DHIS2 has an app there; this is a form, with the names and ids of that app's fields, for
 * people and for browsers that tests steer. It goes on to where the browser was sent from.
 */
export function loginPage(api: Api): void {
  const { settings, traits } = api
  const path = traits.loginPath.replace(/\/$/, '')
  const action = settings.contextPath + traits.loginPath
  api.open.add(path)
  api.withoutCsrfToken.add(path)
  api.routes.get(path, () => page(200, action))
  api.routes.post(path, async (call) => {
    const form = new URLSearchParams(await call.text())
    const text = (name: string) => form.get(name) ?? ''
    const username = text('username')
    const done = logIn(api, call.request, { username, password: text('password'), twoFactorCode: text('twoFA') })
    if ('refusal' in done) return page(401, action, { username, message: WORDS[done.refusal] })
    const answer = empty(303, { location: done.redirectUrl })
    answer.headers.append('set-cookie', done.cookie)
    return answer
  })
}

function page(status: number, action: string, again?: { username: string; message: string }): Reply {
  const field = (name: string, label: string, more: string) =>
    `<p><label for="${name}">${label}</label> <input id="${name}" name="${name}" ${more}></p>`
  const body =
    (again === undefined ? '' : `<p role="alert">${escapeHtml(again.message)}</p>`) +
    `<form method="post" action="${escapeHtml(action)}">` +
    field('username', 'Username', `autocomplete="username" value="${escapeHtml(again?.username ?? '')}"`) +
    field('password', 'Password', 'type="password" autocomplete="current-password"') +
    field('twoFA', 'Authentication code, if you have one', 'inputmode="numeric" autocomplete="one-time-code"') +
    '<button type="submit">Log in</button></form>'
  const headers = { 'content-type': 'text/html;charset=utf-8', 'cache-control': 'no-store' }
  return reply(status, headers, htmlPage('Log in to DHIS2', body))
}
