import { mkdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type FileDownload, fileSource } from '@dhis2-files/client'
import type { CommandContext } from '../context.js'
import { CliError, errnoOf, type Failure, failureOf } from '../failure.js'
import { explained } from '../file-failure.js'
import { createProgress } from '../output/progress.js'
import { shellWord } from '../output/shell.js'
import { printable } from '../output/text.js'
import { digestOf } from './digest.js'
import { lock } from './lock.js'
import { clearParts } from './parts.js'
import { isThere, MANIFEST, Manifest, type ManifestRow } from './manifest.js'
import { type NameTemplate, type TemplateValues, withUid } from './name-template.js'
import { runPool } from './pool.js'
import { type BatchSummary, endBatch, endsBatch } from './summary.js'
import { type OnConflict, Targets } from './targets.js'

/** One thing to download, as a list of them tells it: nothing has been asked for yet. */
export interface DownloadItem {
  /** What the manifest calls it by. */
  readonly key: string
  /** Uid of the document, or of the file resource of a value. */
  readonly uid: string
  /** Name in DHIS2, for people. */
  readonly name: string
  /** Name of the file. */
  readonly filename: string
  readonly size?: number | undefined
  readonly md5?: string | undefined
  /** Uid of the file resource: another one is another file. */
  readonly fileResource?: string | undefined
  /** What the template may name. */
  readonly values: TemplateValues
  /** What else goes into the manifest. */
  readonly facts: Readonly<Record<string, unknown>>
  /** Gets ready to read the bytes; `undefined` where there are none, as of a link. */
  readonly open: (() => Promise<FileDownload>) | undefined
  /** Why it cannot be downloaded, where that is known already. */
  readonly error?: Error | undefined
}

/** How a folder is filled. */
export interface DownloadPlan {
  readonly folder: string
  readonly template: NameTemplate
  readonly onConflict: OnConflict
  readonly concurrency: number
  /** The command, without the program's name, that fetches the rest. */
  readonly again: string
}

type Status = 'downloaded' | 'unchanged' | 'skipped' | 'link' | 'failed' | 'planned'

interface Result {
  readonly uid: string
  readonly status: Status
  readonly [member: string]: unknown
}

/**
 * Downloads files into a folder, whole and verified, and writes down in its manifest what is there. What the manifest and the disk say is
 * there already, and is the same in DHIS2, is not fetched again: the same command goes on after whatever ended it.
 * @returns the exit code
 */
export async function downloadFiles(
  context: CommandContext,
  items: AsyncIterable<DownloadItem>,
  plan: DownloadPlan,
): Promise<number> {
  const folder = resolve(context.io.cwd, plan.folder)
  const known = await stat(folder).catch(() => undefined)
  if (known !== undefined && !known.isDirectory()) {
    throw new CliError(`${folder} is no folder.`, { exit: 'local-file', hint: 'Name a folder with --to.' })
  }
  const { client, profile } = await context.opened()
  if (!context.dryRun) await makeFolder(folder)
  const unlock = context.dryRun ? undefined : await lock(join(folder, MANIFEST), 'the manifest')
  try {
    const manifest = await Manifest.open(folder, client.baseUrl.href)
    const again = profile.name === undefined ? plan.again : `${plan.again} --profile ${profile.name}`
    return await new Filling(context, { ...plan, folder, again }, manifest, client.baseUrl.href).run(items)
  } finally {
    await unlock?.()
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  } catch (error) {
    throw explained(error, `Cannot make the folder ${folder}`)
  }
}

/** A folder that is being filled. */
class Filling {
  readonly #context: CommandContext
  readonly #plan: DownloadPlan
  readonly #manifest: Manifest
  readonly #server: string
  readonly #targets: Targets
  readonly #results: Result[] = []
  readonly #failures: Failure[] = []
  readonly #stop = new AbortController()
  /** Folders in which what killed programs have left is cleared away. */
  readonly #cleared = new Map<string, Promise<void>>()
  #bytes = 0
  /** Files in a row that could not reach the server. */
  #unreached = 0

  constructor(context: CommandContext, plan: DownloadPlan, manifest: Manifest, server: string) {
    this.#server = server
    this.#context = context
    this.#plan = plan
    this.#manifest = manifest
    this.#targets = new Targets(plan.folder, plan.onConflict, manifest.rows())
  }

  async run(items: AsyncIterable<DownloadItem>): Promise<number> {
    const { out, io, interrupts } = this.#context
    const { concurrency } = this.#plan
    const started = performance.now()
    // totals need to be known before the first bar: metadata is small
    const all: DownloadItem[] = []
    for await (const item of items) all.push(item)
    const todo: DownloadItem[] = []
    for (const item of all) if (!(await this.#isSettled(item))) todo.push(item)
    const bytes = todo.every(({ size }) => size !== undefined)
      ? todo.reduce((sum, { size = 0 }) => sum + size, 0)
      : undefined
    const stopping = AbortSignal.any([interrupts.stopping, this.#stop.signal])
    interrupts.finishing((again) =>
      out.note(again ? 'Aborting.' : 'Stopping when the files in flight are done; Ctrl-C once more aborts them.'),
    )
    const progress = await createProgress(out, io, {
      files: this.#context.dryRun ? 0 : todo.length,
      bytes,
      concurrency,
    })
    try {
      await runPool(
        todo,
        async (item) => {
          const line = progress.begin(item.filename, item.size)
          try {
            line.end(await this.#fetch(item, (loaded) => line.update(loaded)))
          } catch (error) {
            line.end('failed')
            this.#failed(item, error, all.length)
          }
        },
        { concurrency, stopping },
      )
    } finally {
      progress.stop()
      await this.#closeManifest()
    }
    return this.#end(all, started)
  }

  /** What needs no bytes: links, what is there already, and what is known to have none. */
  async #isSettled(item: DownloadItem): Promise<boolean> {
    const { key, uid, name, fileResource, facts, open } = item
    if (open === undefined) {
      if (!this.#context.dryRun) await this.#manifest.set({ key, uid, name, server: this.#server, ...facts })
      this.#tell(
        { uid, name, status: 'link', ...facts },
        `skipped ${uid}  ${name}: it is a link${facts['url'] === undefined ? '' : ` to ${String(facts['url'])}`}`,
      )
      return true
    }
    const row = this.#manifest.get(key)
    if (row?.path === undefined || row.fileResource !== fileResource || !(await this.#isIntact(row))) return false
    // the file is the same; what is said of it may have changed
    if (!this.#context.dryRun) await this.#manifest.set({ ...row, name, ...facts })
    this.#results.push({ uid, name, status: 'unchanged', path: join(this.#plan.folder, row.path) })
    return true
  }

  async #fetch(item: DownloadItem, onLoaded: (loaded: number) => void): Promise<string> {
    if (item.error !== undefined) throw item.error
    const { key, uid, name, filename, fileResource, facts, open } = item
    const { folder, onConflict, template } = this.#plan
    const { out, signal, dryRun } = this.#context
    const row = this.#manifest.get(key)
    const wanted = template({ ...item.values, file: filename })
    const own = row?.path !== undefined && (await this.#isIntact(row)) ? row.path : undefined
    // a file that got its uid into its name keeps that name when it is replaced
    const sign = row !== undefined && own === withUid(wanted, row.uid) ? row.uid : uid
    if (row === undefined && !dryRun && (await this.#adopt(item, wanted))) return 'unchanged'
    const path = await this.#targets.take({ path: wanted, key, uid: sign, own })
    if (path === undefined) {
      const result = { uid, name, status: 'skipped', path: join(folder, wanted) } as const
      this.#tell(result, `skipped ${uid}  ${wanted}: there is a file of that name`)
      return 'skipped'
    }
    const target = join(folder, path)
    if (dryRun) {
      this.#tell({ uid, name, status: 'planned', dryRun: true, path: target }, `would download ${uid}  ${path}`)
      return 'planned'
    }
    const download = await open?.()
    if (download === undefined) return 'skipped'
    await makeFolder(dirname(target))
    await this.#clear(dirname(target))
    const overwrite = path === own || onConflict === 'overwrite'
    const saved = await download.saveTo(target, { overwrite, signal, onProgress: ({ loaded }) => onLoaded(loaded) })
    const { mtimeMs } = await stat(saved.path)
    const md5 = download.md5 ?? (await md5Of(saved.path, signal))
    const known = { key, uid, name, server: this.#server, path, size: saved.size, md5, fileResource, mtime: mtimeMs }
    await this.#manifest.set({ ...known, ...facts })
    this.#unreached = 0
    this.#bytes += saved.size
    this.#tell(
      { uid, name, status: 'downloaded', path: saved.path, size: saved.size, md5 },
      `downloaded ${uid}  ${path}`,
    )
    if (row?.path !== undefined && row.path !== path) out.note(`Its older copy ${row.path} stays.`)
    return 'downloaded'
  }

  /** Takes what a run has left that ended between the file and its row in the manifest: the same bytes under the same name. */
  async #adopt(item: DownloadItem, wanted: string): Promise<boolean> {
    const { key, uid, name, md5, size, fileResource, facts } = item
    if (md5 === undefined) return false
    for (const path of [wanted, withUid(wanted, uid)]) {
      if (!this.#targets.isUnowned(path)) continue
      const row = { key, uid, name, server: this.#server, path, size, md5, fileResource }
      if (!(await this.#isIntact(row))) continue
      this.#targets.adopt(path, key)
      const { mtimeMs } = await stat(join(this.#plan.folder, path))
      await this.#manifest.set({ ...row, mtime: mtimeMs, ...facts })
      this.#results.push({ uid, name, status: 'unchanged', path: join(this.#plan.folder, path) })
      return true
    }
    return false
  }

  /** Removes the unfinished files that killed programs have left in a folder. */
  #clear(folder: string): Promise<void> {
    const known = this.#cleared.get(folder) ?? clearParts(folder)
    this.#cleared.set(folder, known)
    return known
  }

  async #closeManifest(): Promise<void> {
    try {
      await this.#manifest.close()
    } catch (error) {
      const failure = failureOf(explained(error, `Cannot write the manifest ${this.#manifest.path}`))
      this.#failures.push(failure)
      if (!this.#context.out.json) this.#context.out.failure(failure, error)
    }
  }

  #isIntact(row: ManifestRow): Promise<boolean> {
    return isThere(this.#plan.folder, row, (path) => md5Of(path, this.#context.signal))
  }

  #tell(result: Result, line: string): void {
    this.#results.push(result)
    if (!this.#context.out.json) this.#context.out.print(printable(line))
  }

  /** Tells a failure, and ends the batch where the others would fail alike. */
  #failed({ uid, name }: DownloadItem, error: unknown, files: number): void {
    const { out, signal } = this.#context
    if (signal.aborted) return this.#stop.abort()
    const failure = failureOf(error)
    const { code, message, hint } = failure
    this.#failures.push(failure)
    this.#results.push({ uid, name, status: 'failed', error: { code, message, hint } })
    const named = files > 1 && name !== uid ? `${name} (${uid}): ${message}` : message
    if (!out.json) out.failure({ ...failure, message: printable(named) }, error)
    this.#unreached = code === 'network' ? this.#unreached + 1 : 0
    if (endsBatch(failure, { errno: errnoOf(error), unreached: this.#unreached })) this.#stop.abort()
  }

  #end(all: readonly DownloadItem[], started: number): number {
    const count = (...wanted: readonly Status[]): number =>
      this.#results.filter(({ status }) => wanted.includes(status)).length
    const summary: BatchSummary = {
      done: count('downloaded', 'planned'),
      skipped: count('unchanged', 'skipped', 'link'),
      failed: count('failed'),
      left: all.length - this.#results.length,
      bytes: this.#bytes,
      seconds: (performance.now() - started) / 1000,
    }
    return endBatch(this.#context, {
      verb: this.#context.dryRun ? 'would be downloaded' : 'downloaded',
      summary,
      failures: this.#failures,
      report: { files: this.#results, ...(!this.#context.dryRun && { manifest: this.#manifest.path }) },
      next: summary.failed + summary.left === 0 ? undefined : `dhis2-files ${this.#plan.again}`,
      single: false,
    })
  }
}

async function md5Of(path: string, signal: AbortSignal): Promise<string> {
  return (await digestOf(await fileSource(path), signal)).md5
}

/** A command line with what the user has given, for {@link DownloadPlan.again}. */
export function commandLine(...words: readonly (string | false | undefined)[]): string {
  return words
    .filter((word): word is string => typeof word === 'string')
    .map((word) => shellWord(word))
    .join(' ')
}
