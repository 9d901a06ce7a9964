/** Does one thing with a profile and the keyring of the system, and prints what came of it as JSON. */
import { ProfileStore } from '@dhis2-files/profiles'

const [home, what] = process.argv.slice(2)
const warnings = []
const store = await ProfileStore.open({
  cwd: home,
  env: { HOME: home },
  onWarning: (message) => warnings.push(message),
})

const WORKS = {
  add: () =>
    store.add({
      name: 'prod',
      baseUrl: 'https://dhis2.example.org',
      auth: 'basic',
      username: 'admin',
      secrets: { password: `Ünïcode “secret” ${'x'.repeat(3000)}` },
    }),
  read: async () => (await store.secrets(store.get('prod'))).password?.reveal(),
  rename: () => store.rename(store.get('prod'), 'production'),
  readRenamed: async () => (await store.secrets(store.get('production'))).password?.reveal(),
  move: () => store.update(store.get('production'), {}, { keep: 'file' }),
  moveBack: () => store.update(store.get('production'), {}, { keep: 'keyring' }),
  remove: () => store.remove(store.get('production')),
}

try {
  console.log(JSON.stringify({ result: await WORKS[what](), warnings }))
} catch (error) {
  console.log(JSON.stringify({ error: { code: error.code, message: error.message }, warnings }))
}
// a keyring that waits for its user holds the process
process.exit(0)
