import type { Sharing, SharingAccess } from '@dhis2-files/client'
import { defineCommand } from '../../command.js'
import { factLines } from '../../output/facts.js'
import { checkUids } from '../uids.js'
import { accessOf } from './access.js'

export const share = defineCommand({
  name: 'share',
  summary: 'Shows or changes who may read and change a document.',
  details:
    'Without options it shows the sharing. What is not named stays as it is; the result is read back. ACCESS is none, read or write, or eight characters of DHIS2 such as rw------.',
  examples: ['documents share a2345678901', 'documents share a2345678901 --public none --user u2345678901=write'],
  writes: true,
  arguments: [{ name: 'uid', about: 'Uid of the document.' }],
  options: {
    public: { kind: 'text', value: 'ACCESS', about: 'What everybody who can sign in may do.' },
    user: { kind: 'list', value: 'UID=ACCESS', about: 'What a user may do. May be repeated.' },
    group: { kind: 'list', value: 'UID=ACCESS', about: 'What a user group may do. May be repeated.' },
    owner: { kind: 'text', value: 'UID', about: 'Another owner.' },
    only: { kind: 'flag', about: 'Nobody else: users and groups that are not named lose their access.' },
  },
  async run(context, { uid, public: everybody, user, group, owner, only }) {
    const { out, signal } = context
    checkUids('a document', uid)
    checkUids('a user', owner)
    const users = accesses(user, 'user')
    const userGroups = accesses(group, 'group')
    const publicAccess = everybody === undefined ? undefined : accessOf(everybody)
    const { files } = await context.client()
    const before = await files.getDocumentSharing(uid, { signal })
    const changes = publicAccess !== undefined || owner !== undefined || only || user.length + group.length > 0
    if (!changes) {
      out.result(before, () => shown(before))
      return
    }
    const wanted: Sharing = {
      ...before,
      ...(owner !== undefined && { owner }),
      ...(publicAccess !== undefined && { public: publicAccess }),
      users: merged(only ? {} : before.users, users),
      userGroups: merged(only ? {} : before.userGroups, userGroups),
    }
    const after = context.dryRun ? wanted : await files.shareDocument(uid, wanted, { signal })
    out.result(context.dryRun ? { status: 'planned', dryRun: true, sharing: after } : after, () => shown(after))
  },
})

function accesses(pairs: readonly string[], what: string): Readonly<Record<string, SharingAccess>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [id = '', access = ''] = pair.split('=')
      checkUids(what === 'user' ? 'a user' : 'a user group', id)
      return [id, { id, access: accessOf(access) }]
    }),
  )
}

/** Those that get no access are left out. */
function merged(
  before: Sharing['users'] = {},
  changes: Readonly<Record<string, SharingAccess>>,
): NonNullable<Sharing['users']> {
  return Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, { access }]) => !/^-+$/.test(access)))
}

function shown(sharing: Sharing): string {
  const list = (map: Sharing['users'] = {}): string =>
    Object.values(map)
      .map(({ id, access, displayName }) => `${displayName ?? id} ${access}`)
      .join(', ')
  return factLines({
    Owner: sharing.owner ?? 'nobody: everybody can read and change it',
    Public: sharing.public,
    Users: list(sharing.users),
    Groups: list(sharing.userGroups),
  })
}
