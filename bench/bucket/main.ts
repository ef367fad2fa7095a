import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { machineLine } from '../service/machine.ts'
import { withFigures } from '../service/report.ts'
import { LIMITERS } from './limiters.ts'
import { LOAD, type Measured, measureLoad, measureSpeed } from './measure.ts'
import { reservationLine } from './reservation.ts'

// Measures the bucket and its peers, prints one table, and writes it to docs/performance.md.

const percent = (part: number) => `${Math.round(part * 100)} %`
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
  dependencies: Record<string, string>
}

/** The versions of the limiters that the bucket is compared with. */
const peersLine = (): string =>
  `Peers: ${Object.entries(dependencies)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.`

process.stderr.write('reserving\n')
const reservation = await reservationLine()
process.stdout.write(`${reservation}\n`)
const speeds: number[] = []
for (const limiter of LIMITERS) {
  process.stderr.write(`speed: ${limiter.name}\n`)
  speeds.push(await measureSpeed(limiter, 3))
}
let shown = -1
const loaded = await measureLoad(LIMITERS, (passed) => {
  const ten = Math.floor(passed / 10)
  if (ten === shown) return
  shown = ten
  process.stderr.write(`load: ${Math.floor(passed)} of ${LOAD.seconds} s\n`)
})
const rows = loaded.map((one, index): Measured => ({ ...one, perSecond: speeds[index] ?? 0 }))
const table = [
  '| Limiter | most in any 4 s | use of the allowance | light callers served in 5 s | wait p50 | p99 | longest | let through a second |',
  '|---|--:|--:|--:|--:|--:|--:|--:|',
  ...rows.map(
    (row) =>
      `| ${row.name} | ${row.maxInWindow} | ${percent(row.use)} | ${percent(row.lightServed)} | ${seconds(row.waitP50Ms)} | ${seconds(row.waitP99Ms)} | ${seconds(row.waitMaxMs)} | ${Math.round(row.perSecond).toLocaleString('en-US')} |`,
  ),
].join('\n')
process.stdout.write(`${table}\n`)
const page = join(import.meta.dirname, '../../docs/performance.md')
const figures = `${machineLine('npm run bench:bucket')} ${peersLine()}\n\n${table}\n\n${reservation}`
writeFileSync(page, withFigures(readFileSync(page, 'utf8'), 'bucket figures', figures))
// Some limiters leave timers running.
process.exit(0)
