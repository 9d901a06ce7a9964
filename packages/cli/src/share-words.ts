import type { Dhis2Error } from '@dhis2-files/client'

/** The words that give a document the sharing of an error, which could not be set; `undefined` where it has none. */
export function wordsToShare({ document, sharing }: Dhis2Error): string[] | undefined {
  if (document === undefined || sharing === undefined) return undefined
  const { owner, public: everybody = '--------', users = {}, userGroups = {} } = sharing
  return [
    ...['documents', 'share', document, '--public', everybody],
    ...(owner === undefined ? [] : ['--owner', owner]),
    ...Object.values(users).flatMap(({ id, access }) => ['--user', `${id}=${access}`]),
    ...Object.values(userGroups).flatMap(({ id, access }) => ['--group', `${id}=${access}`]),
    '--only',
  ]
}
