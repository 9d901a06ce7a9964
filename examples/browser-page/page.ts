/**
 * A page of its own origin that signs in to a DHIS2, uploads a file with progress, lists the documents and downloads them. The
 * server must have the page's origin on its CORS list. A page that DHIS2 itself serves uses `auth: 'browser'` and no form.
 */
import { Dhis2Client, type Document, isDhis2Error } from '@dhis2-files/client'

let client: Dhis2Client | undefined
let uploading: AbortController | undefined

const signIn = at('sign-in', HTMLFormElement)
const upload = at('upload', HTMLFormElement)
const progress = at('progress', HTMLProgressElement)
const cancel = at('cancel', HTMLButtonElement)

signIn.querySelector('[name=url]')?.setAttribute('value', new URLSearchParams(location.search).get('server') ?? '')

onSubmit(signIn, async (form) => {
  const [baseUrl, username, password] = ['url', 'username', 'password'].map((name) => String(form.get(name)))
  const made = new Dhis2Client({ baseUrl: baseUrl ?? '', auth: { username: username ?? '', password: password ?? '' } })
  // the first call tells whether the credentials are good
  const me = await made.system.me()
  client = made
  say('who', `${me.username} on ${new URL(baseUrl ?? '').host}`)
  signIn.hidden = true
  upload.hidden = false
  await list(made)
})

onSubmit(upload, async (form) => {
  const file = form.get('file')
  if (client === undefined || !(file instanceof File)) return
  uploading = new AbortController()
  progress.hidden = cancel.hidden = false
  try {
    const { name } = await client.files.uploadDocument(file, {
      name: file.name,
      signal: uploading.signal,
      onProgress({ loaded, total = file.size }) {
        progress.value = loaded / total
        // after the last byte the server stores the file, and the client waits for that
        say('state', loaded < total ? `${Math.round((100 * loaded) / total)} %` : 'The server stores it …')
      },
    })
    upload.reset()
    say('state', `“${name}” is stored.`)
  } catch (error) {
    say('state', uploading.signal.aborted ? 'Cancelled.' : '')
    if (!uploading.signal.aborted) throw error
  } finally {
    uploading = undefined
    progress.hidden = cancel.hidden = true
  }
  await list(client)
})

cancel.addEventListener('click', () => uploading?.abort())

/** Shows the newest documents. */
async function list(from: Dhis2Client): Promise<void> {
  const fields = 'id,name,created,external,url,createdBy[name]'
  const { items } = await from.files.listDocuments({ order: 'created:desc', pageSize: 20, fields })
  at('documents', HTMLTableSectionElement).replaceChildren(...items.map((document) => rowOf(from, document)))
  at('none', HTMLParagraphElement).hidden = items.length > 0
  at('list', HTMLElement).hidden = false
}

function rowOf(from: Dhis2Client, { id, name, created, createdBy }: Document): HTMLTableRowElement {
  const row = document.createElement('tr')
  // as text, never as HTML: names come from other users
  for (const text of [name, created.slice(0, 16).replace('T', ' '), createdBy?.name ?? '']) {
    row.insertCell().textContent = text
  }
  const button = document.createElement('button')
  button.className = 'quiet'
  button.textContent = 'Download'
  button.addEventListener('click', () => void told(() => download(from, id), button))
  row.insertCell().append(button)
  return row
}

/** Fetches a file, compares its MD5, and gives it to the browser under its own name. */
async function download(from: Dhis2Client, id: string): Promise<void> {
  const file = await from.files.downloadDocument(id)
  if (file.kind === 'external') {
    open(file.url, '_blank', 'noopener,noreferrer')
    return
  }
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await file.blob())
  link.download = file.name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

function onSubmit(form: HTMLFormElement, work: (data: FormData) => Promise<void>): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const button = form.querySelector('button')
    if (button) void told(() => work(new FormData(form)), button)
  })
}

/** Runs what a button starts, and shows why it failed: the message of a Dhis2Error is made for people. */
async function told(work: () => Promise<void>, button: HTMLButtonElement): Promise<void> {
  const box = at('error', HTMLParagraphElement)
  box.hidden = true
  button.disabled = true
  try {
    await work()
  } catch (error) {
    box.textContent = isDhis2Error(error) || error instanceof TypeError ? error.message : String(error)
    box.hidden = false
  } finally {
    button.disabled = false
  }
}

function say(id: string, text: string): void {
  at(id, HTMLElement).textContent = text
}

function at<T extends HTMLElement>(id: string, kind: abstract new () => T): T {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`The page has no ${id}.`)
  return found
}
