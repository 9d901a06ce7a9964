import { escapeHtml, htmlPage } from '../../http/html.js'

/** The page that asks a user what a program may do. Its fields have the names and ids of the server's own page. */
export function consentPage(given: {
  action: string
  clientId: string
  username: string
  state: string
  scopes: readonly string[]
}): string {
  const hidden = (name: string, value: string) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`
  const boxes = given.scopes.map((scope) => {
    const text = escapeHtml(scope)
    return `<p><input type="checkbox" name="scope" value="${text}" id="${text}"> <label for="${text}">${text}</label></p>`
  })
  return htmlPage(
    'Consent required',
    `<p>${escapeHtml(given.clientId)} wants to access your account ${escapeHtml(given.username)}.</p>` +
      `<form name="consent_form" method="post" action="${escapeHtml(given.action)}">` +
      hidden('client_id', given.clientId) +
      hidden('state', given.state) +
      boxes.join('') +
      '<button type="submit" id="submit-consent">Submit Consent</button> ' +
      '<button type="reset" id="cancel-consent" onclick="this.form.reset(); this.form.submit()">Cancel</button></form>',
  )
}
