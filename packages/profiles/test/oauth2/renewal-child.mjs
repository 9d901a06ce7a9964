import { openClient, ProfileStore } from '@dhis2-files/profiles'

const [home, cwd, times] = process.argv.slice(2)
for (let i = 0; i < Number(times); i++) {
  const store = await ProfileStore.open({ cwd, env: { HOME: home }, keyring: false })
  const client = await openClient(store, store.get('prod'), { retry: false })
  const { username } = await client.system.me()
  if (username !== 'admin') throw new Error(`Signed in as ${username}.`)
  await client.close()
}
