import type { Api } from '../api.js'
import { passwordMatches } from '../auth/passwords.js'
import { sessionCookie } from '../auth/cookies.js'
import { json } from '../http/reply.js'
import { ApiError } from '../http/web-message.js'

/** `POST /api/auth/login`: a session for a username and a password. */
export function login(api: Api): void {
  api.open.add('/api/auth/login')
  api.routes.post('/api/auth/login', async (call) => {
    const body = (await call.json()) as { username?: unknown; password?: unknown }
    const user = api.state.users.find(({ username }) => username === body.username)
    if (user === undefined || !passwordMatches(String(body.password ?? ''), user.password))
      throw new ApiError(401, 'Bad credentials')
    if (user['disabled'] === true) return json({ loginStatus: 'ACCOUNT_DISABLED' })
    api.state.signIns.push({ username: user.username, scheme: 'login', time: api.state.timestamp() })
    const answer = json({ loginStatus: 'SUCCESS', redirectUrl: api.traits.afterLogin })
    answer.headers.append(
      'set-cookie',
      sessionCookie(api.sessions.begin(user.id), api.traits, api.settings.contextPath),
    )
    return answer
  })
}
