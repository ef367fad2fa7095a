import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { runCampaign } from '../test/simulation/campaign/campaign.ts'
import { writeEventLog } from '../test/simulation/campaign/event-log.ts'
import { shrink } from '../test/simulation/campaign/shrink.ts'
import { summaryOf } from '../test/simulation/campaign/summary.ts'
import type { Totals } from '../test/simulation/campaign/totals.ts'
import { HAZARDS, NO_HAZARDS } from '../test/simulation/scenario/hazards.ts'
import type { Scenario } from '../test/simulation/scenario/scenario.ts'
import { scenarioOf } from '../test/simulation/scenario/scenario-of.ts'

const usage = `npm run simulate -- --seed N            the event log of one seed
npm run simulate -- --scenario JSON     the event log of a scenario as it was printed
npm run simulate -- --seeds N [--from N] [--workers N]   a campaign; ends with 1 if a promise was broken

SIMULATE_HAZARDS=none or a comma list: ${HAZARDS.join(', ')}; by default all`

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    scenario: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string', default: '0' },
    workers: { type: 'string', default: String(availableParallelism()) },
  },
})

if (values.seed !== undefined) await tell(scenarioOf(wholeNumber('--seed', values.seed)))
else if (values.scenario !== undefined) await tell({ hazards: NO_HAZARDS, ...JSON.parse(values.scenario) })
else if (values.seeds !== undefined) await campaign(wholeNumber('--seeds', values.seeds))
else console.log(usage)

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  console.error(`${name} must be a whole number`)
  process.exit(2)
}

async function tell(scenario: Scenario): Promise<void> {
  console.log(JSON.stringify(scenario))
  if ((await writeEventLog(scenario, console.log)) !== null) process.exitCode = 1
}

async function campaign(seeds: number): Promise<void> {
  const from = wholeNumber('--from', values.from)
  const workers = Math.max(1, wholeNumber('--workers', values.workers))
  const startedMs = performance.now()
  const seconds = () => (performance.now() - startedMs) / 1_000
  const totals = await runCampaign({ from, seeds, workers, onProgress: progress(seeds, seconds) })
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[K')
  console.log(`Seeds ${from} to ${from + seeds - 1}, ${workers} workers\n${summaryOf(totals, seconds())}`)
  const [first] = totals.violations
  if (first === undefined) return
  process.exitCode = 1
  await explain(first.seed)
}

/** A bar on a terminal; elsewhere a line every few seconds. */
function progress(seeds: number, seconds: () => number): (totals: Totals) => void {
  const everySeconds = process.stdout.isTTY ? 0.1 : 5
  let toldAt = 0
  return (totals) => {
    if (seconds() - toldAt < everySeconds) return
    toldAt = seconds()
    const share = totals.seeds / seeds
    const bar = '█'.repeat(Math.round(share * 30)).padEnd(30, '░')
    const told = `${Math.floor(share * 100)} %, ${totals.seeds} seeds, ${Math.round(totals.seeds / toldAt)} a second, ${totals.violations.length} broken promises${seedsOf(totals)}`
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${bar} ${told}`)
    else console.log(told)
  }
}

/** A campaign that is stopped has told where to look. */
function seedsOf({ violations }: Totals): string {
  if (violations.length === 0) return ''
  const first = violations.slice(0, 5).map(({ seed }) => seed)
  return ` (seeds ${first.join(', ')})`
}

/** Prints the shortest story found in which the same promise is broken. */
async function explain(seed: number): Promise<void> {
  console.log(`\nSeed ${seed}, with everything left out that it does not need:`)
  const shrunk = await shrink(scenarioOf(seed))
  if (shrunk) await tell(shrunk.scenario)
  console.log(`\nThe whole story: npm run simulate -- --seed ${seed}`)
}
