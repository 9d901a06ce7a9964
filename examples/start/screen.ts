import type { Progress } from '@dhis2-files/client'

/** Where the demonstration is shown: progress bars and colours on a terminal, plain lines in a pipe. */
export interface Screen {
  title(text: string): void
  /** One request or answer. */
  detail(text: string): void
  /** What a step has come to. */
  result(text: string): void
  note(text: string): void
  /** Shows how far the bytes of one file have come: a bar, or one line at the end. */
  progress(verb: 'sent' | 'received'): (progress: Progress) => void
}

/** The part of a stream that a screen needs. */
export interface Terminal {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  write(text: string): unknown
}

const WIDTH = 28
const PAUSE = 60

export function createScreen(out: Terminal, env: Readonly<Record<string, string | undefined>>): Screen {
  const live = out.isTTY === true && env['TERM'] !== 'dumb'
  const coloured = live && (env['NO_COLOR'] ?? '') === ''
  const paint = (code: number, text: string): string => (coloured ? `\x1b[${code}m${text}\x1b[0m` : text)
  let bar = false
  const line = (text: string): void => {
    if (bar) out.write('\r\x1b[K')
    bar = false
    out.write(`${text}\n`)
  }
  const cut = (text: string): string => {
    const room = (live ? out.columns || 80 : Number.POSITIVE_INFINITY) - 6
    return text.length > room ? `${text.slice(0, room - 1)}…` : text
  }
  return {
    title: (text) => line(`\n${paint(1, text)}`),
    detail: (text) => line(paint(2, `     ${cut(text)}`)),
    result: (text) => line(`   ${paint(32, '✓')} ${text}`),
    note: (text) => line(text),
    progress(verb) {
      let drawn = 0
      return ({ loaded, total }) => {
        const complete = loaded === total
        if (!live) {
          if (complete) line(`     ${verb} ${bytes(loaded)}`)
          return
        }
        const now = Date.now()
        if (!complete && now - drawn < PAUSE) return
        drawn = now
        out.write(`\r\x1b[K     ${paint(36, drawBar(loaded, total))} ${verb} ${amount(loaded, total)}`)
        bar = true
        if (!complete) return
        out.write('\n')
        bar = false
      }
    },
  }
}

function drawBar(loaded: number, total: number | undefined): string {
  const share = total === undefined || total === 0 ? 1 : Math.min(1, loaded / total)
  const full = Math.round(share * WIDTH)
  return '█'.repeat(full) + '░'.repeat(WIDTH - full)
}

function amount(loaded: number, total: number | undefined): string {
  return total === undefined || loaded === total ? bytes(loaded) : `${bytes(loaded)} of ${bytes(total)}`
}

/** A number of bytes as people read it. */
export function bytes(count: number): string {
  if (count < 10_000) return `${count.toLocaleString('en')} bytes`
  if (count < 10_000_000) return `${(count / 1000).toFixed(1)} kB`
  return count < 10_000_000_000 ? `${(count / 1e6).toFixed(1)} MB` : `${(count / 1e9).toFixed(1)} GB`
}
