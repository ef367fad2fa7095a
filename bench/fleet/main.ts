import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runFleet } from '../../test/fleet/run-fleet.ts'
import { machineLine } from '../service/machine.ts'
import { createProgress } from '../service/progress.ts'
import { withFigures } from '../service/report.ts'
import { faultsOf, fleetTable } from './report.ts'

const { values } = parseArgs({
  allowNegative: true,
  options: {
    seconds: { type: 'string', default: '60' },
    delay: { type: 'string', default: '200' },
    margin: { type: 'string', default: '200' },
    report: { type: 'boolean', default: true },
  },
})
const seconds = Number(values.seconds)
const delayMsMax = Number(values.delay)
const marginMs = Number(values.margin)

// Progress: the start, every five seconds of the load, and the beginning and end of the restart.
const progress = createProgress(Math.ceil(seconds / 5) + 3)
const result = await runFleet({
  seconds,
  delayMsMax,
  marginMs,
  say(what) {
    progress.say(what)
    progress.step()
  },
})
progress.end()
const table = fleetTable(result)
const faults = faultsOf(result)
process.stdout.write(`\n${table}\n${faults.map((fault) => `\nNOT MET: ${fault}`).join('')}\n`)
if (values.report) {
  const page = join(import.meta.dirname, '../../docs/performance.md')
  const command = `npm run bench:fleet -- --seconds ${seconds} --delay ${delayMsMax} --margin ${marginMs}`
  writeFileSync(
    page,
    withFigures(
      readFileSync(page, 'utf8'),
      'fleet figures',
      `${machineLine(command, 'Postgres 18')}\n\n${table}`,
    ),
  )
}
process.exit(faults.length === 0 ? 0 : 1)
