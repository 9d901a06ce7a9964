import type { Api } from '../api.js'
import { logIn } from '../auth/log-in.js'
import { json } from '../http/reply.js'
import { ApiError } from '../http/web-message.js'

/** `POST /api/auth/login`: a session for a username, a password, and where the account asks for it a two-factor code. */
export function login(api: Api): void {
  api.open.add('/api/auth/login')
  api.routes.post('/api/auth/login', async (call) => {
    const body = ((await call.json()) ?? {}) as Readonly<Record<string, unknown>>
    const text = (name: string) => String(body[name] ?? '')
    const done = logIn(api, call.request, {
      username: text('username'),
      password: text('password'),
      twoFactorCode: text('twoFactorCode'),
    })
    if ('refusal' in done) {
      if (done.refusal === 'BAD_CREDENTIALS') throw new ApiError(401, 'Bad credentials')
      const { refusal } = done
      return json({ loginStatus: refusal === 'WRONG_TWO_FACTOR_CODE' ? api.traits.wrongTwoFactorCode : refusal })
    }
    const answer = json({ loginStatus: 'SUCCESS', redirectUrl: done.redirectUrl })
    answer.headers.append('set-cookie', done.cookie)
    return answer
  })
}
