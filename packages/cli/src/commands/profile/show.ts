import type { ShownSecret } from '@dhis2-files/profiles'
import { defineCommand } from '../../command.js'
import { factLines } from '../../output/facts.js'
import { humanSize } from '../../output/human.js'
import { chosen, NAME_ARGUMENT } from './named.js'
import { profileJson } from './told.js'

export const show = defineCommand({
  name: 'show',
  summary: 'Shows a profile, and where its secrets are kept.',
  details: 'Secrets are masked. "profile env" gives them to a shell.',
  examples: ['profile show', 'profile show play --json'],
  arguments: [NAME_ARGUMENT],
  options: {},
  async run(context, { name }) {
    const store = await context.profiles()
    const { profile, secrets } = await store.show(await chosen(context, name))
    const { settings, source } = profile
    context.out.result({ ...profileJson(profile), secrets }, () =>
      factLines({
        Name: profile.name,
        URL: profile.baseUrl,
        Auth: profile.auth,
        User: profile.username,
        'Client id': profile.clientId,
        Scope: profile.scope,
        'Redirect URI': profile.redirectUri,
        Version: profile.version,
        ...Object.fromEntries(secrets.map((secret) => [nameOf(secret), `${secret.value} in ${placeOf(secret)}`])),
        Proxy: settings.proxy === false ? 'none' : settings.proxy,
        Authorities: settings.ca,
        Connections: settings.connections,
        'Read-only': settings.readOnly ? 'yes' : undefined,
        'Size cap': settings.maxFileSize === undefined ? undefined : humanSize(settings.maxFileSize),
        From: source.path ?? 'the environment',
        'Chosen by': source.chosenBy,
      }),
    )
  },
})

function nameOf({ name }: ShownSecret): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function placeOf({ place, path }: ShownSecret): string {
  return place === 'file' ? (path ?? 'the file') : `the ${place}`
}
