import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Dhis2Version, createEmulator } from '@dhis2-files/emulator'
import { Player, compare } from './exchange.mjs'
import { type Fixtures, type Recording, type Step, releaseLine } from './recording.js'

/** Longer than the emulator takes to begin with what it does after an answer. */
const SHORT_PAUSE = 300

/** How one recorded exchange, or a step of the set-up, went. */
export interface Outcome {
  /** `file`, `document`, …; `set-up` for steps that are not compared. */
  readonly surface: string
  readonly title: string
  /** One line each; none when the emulator answered like DHIS2. */
  readonly differences: readonly string[]
}

/**
 * Plays a recording against a fresh emulator of its version, in one go and in order. After a recorded pause what was
 * uploaded is stored, however busy this machine is; `hurried` makes the pauses short.
 */
export async function playOnEmulator(
  recording: Recording,
  fixtures: Fixtures,
  { hurried = false } = {},
): Promise<Outcome[]> {
  const version = releaseLine(recording.dhis2) as Dhis2Version
  const emulator = createEmulator({ version })
  const folder = await mkdtemp(path.join(tmpdir(), 'dhis2-conformance-'))
  try {
    await Promise.all(Object.entries(fixtures).map(([name, bytes]) => writeFile(path.join(folder, name), bytes)))
    const { url } = await emulator.serve()
    return await play(recording, new Player({ base: url, fixtures: folder }), async (recorded) => {
      await pause(hurried ? Math.min(recorded, SHORT_PAUSE) : recorded)
      await emulator.settle()
    })
  } finally {
    await emulator.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function play(
  { dhis2, steps }: Recording,
  player: Player,
  wait: (recorded: number) => Promise<void>,
): Promise<Outcome[]> {
  player.know(steps)
  const outcomes: Outcome[] = []
  for (const step of steps) {
    if (step.sleep !== undefined) await wait(step.sleep)
    if (step.request === undefined) continue
    const now = await player.play(withoutVainWait(step, player.vars))
    if (now === undefined) continue
    const { method, path: route } = step.request
    if (step.response === undefined || step.id === undefined) {
      const wrong: string[] = []
      if (now.status === 0 || now.status >= 400) wrong.push(`answered ${now.status}: ${now.said}`)
      if (step.capture?.version && releaseLine(player.vars.version ?? '') !== releaseLine(dhis2))
        wrong.push(`the recording is of DHIS2 ${dhis2}, the server says ${player.vars.version ?? 'nothing'}`)
      outcomes.push({ surface: 'set-up', title: `${method} ${route}`, differences: wrong })
      continue
    }
    const differences = compare(step, step.response, now).map(
      ([at, was, is]) => `${at}: DHIS2 ${shown(was)}, emulator ${shown(is)}`,
    )
    outcomes.push({ surface: step.id.split('.')[0] ?? '', title: `${step.id}: ${method} ${route}`, differences })
  }
  return outcomes
}

/** What an earlier step failed to make is not waited for. */
function withoutVainWait(step: Step, known: Readonly<Record<string, string>>): Step {
  const asked = [...(step.request?.path.matchAll(/\{\{(\w+)\}\}/g) ?? [])].map(([, name]) => name ?? '')
  const { until, ...once } = step
  return until === undefined || asked.every((name) => known[name] !== undefined) ? step : once
}

function shown(value: unknown): string {
  return value === undefined ? '(none)' : JSON.stringify(value).slice(0, 300)
}

/** What failed, as text to be read. */
export function report(outcomes: readonly Outcome[]): string {
  return outcomes
    .filter(({ differences }) => differences.length > 0)
    .map(({ title, differences }) => [title, ...differences.slice(0, 8).map((line) => `    ${line}`)].join('\n'))
    .join('\n')
}

/** `file 102/102, document 59/59`: passed of all, by surface. */
export function counts(outcomes: readonly Outcome[]): string {
  const surfaces = new Map<string, { passed: number; all: number }>()
  for (const { surface, differences } of outcomes) {
    const count = surfaces.get(surface) ?? { passed: 0, all: 0 }
    surfaces.set(surface, { passed: count.passed + (differences.length === 0 ? 1 : 0), all: count.all + 1 })
  }
  return [...surfaces].map(([surface, { passed, all }]) => `${surface} ${passed}/${all}`).join(', ')
}
