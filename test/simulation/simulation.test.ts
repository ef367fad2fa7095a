import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { runCampaign } from './campaign/campaign.ts'
import { writeEventLog } from './campaign/event-log.ts'
import { summaryOf } from './campaign/summary.ts'
import { DRAIN_TURNS } from './engine/scheduler.ts'
import { scenarioOf } from './scenario/scenario-of.ts'
import { simulate } from './simulate.ts'

/** Each bug of sabotages.test.ts shows within half as many. `npm run simulate` runs as many as you like. */
const seeds = 5_000
const secondsMax = 60

test('no promise is broken in five thousand seeds, or as many as a minute allows', {
  timeout: 120_000,
}, async () => {
  const startedMs = performance.now()
  const totals = await runCampaign({ from: 0, seeds, workers: availableParallelism(), secondsMax })
  process.stdout.write(`${summaryOf(totals, (performance.now() - startedMs) / 1_000)}\n`)
  expect(totals.violations).toEqual([])
  expect(totals.seeds).toBeGreaterThan(1_000)
  // A campaign in which nothing goes wrong proves nothing.
  expect(totals.charges).toBeGreaterThan(totals.seeds / 2)
  expect(Object.keys(totals.ends)).toEqual(
    expect.arrayContaining(['succeeded', 'declined', 'not_charged', 'not_sent', 'needs_review']),
  )
})

const logOf = async (seed: number, drain: 'microtasks' | 'macrotask') => {
  const lines: string[] = []
  await writeEventLog(scenarioOf(seed), (line) => lines.push(line), { drain })
  return lines
}

test('a seed is the same story each time, down to the millisecond', async () => {
  for (let seed = 0; seed < 50; seed++)
    expect(await logOf(seed, 'microtasks')).toEqual(await logOf(seed, 'microtasks'))
})

test('between two events the code under test is at rest', async () => {
  let turnsMax = 0
  for (let seed = 0; seed < 300; seed++) {
    // A whole turn of the event loop runs every microtask: the same story means that none was left.
    expect(await logOf(seed, 'microtasks')).toEqual(await logOf(seed, 'macrotask'))
    turnsMax = Math.max(turnsMax, (await simulate(scenarioOf(seed))).turnsMax)
  }
  expect(turnsMax).toBeLessThanOrEqual(DRAIN_TURNS / 2)
})
