/* Loaded with --import before the program: at its end writes the most memory that it ever had, in bytes, to PEAK_FILE. */
import { readFileSync, writeFileSync } from 'node:fs'

process.on('exit', () => {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
  writeFileSync(process.env.PEAK_FILE, String(Number(kilobytes) * 1024))
})
