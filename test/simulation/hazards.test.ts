import { expect, test } from 'vitest'
import { addRun, noTotals } from './campaign/totals.ts'
import { HAZARDS, hazardsOn, NO_HAZARDS } from './scenario/hazards.ts'
import { scenarioOf } from './scenario/scenario-of.ts'
import { simulate } from './simulate.ts'

const seeds = 2_000
const enough = 5

test.each(HAZARDS)('%s happen where they are on', { timeout: 60_000 }, async (hazard) => {
  const totals = noTotals()
  for (let seed = 0; seed < seeds && (totals.hazards[hazard] ?? 0) <= enough; seed++) {
    const scenario = scenarioOf(seed, new Set([hazard]))
    addRun(totals, scenario, await simulate(scenario))
  }
  // Whether the service meets it is what a campaign shows; here only that there is something to meet.
  expect(totals.hazards[hazard]).toBeGreaterThan(enough)
})

test('a seed is the same story whether hazards that it does not have are on or off', () => {
  const all = new Set(HAZARDS)
  for (let seed = 0; seed < 200; seed++) {
    const { hazards, ...scenario } = scenarioOf(seed, new Set())
    expect(hazards).toEqual(NO_HAZARDS)
    const { faults, shoppers, healAtMs, latencyMsMax, bucket } = scenarioOf(seed, all)
    const { pages, isOneCheckout, storeCrashesAtMs, checkouts } = scenarioOf(seed, all).hazards
    expect({ faults, shoppers, healAtMs, latencyMsMax, bucket }).toEqual({
      faults: { ...scenario.faults, ...checkouts?.makingFaults },
      shoppers: scenario.shoppers,
      healAtMs: scenario.healAtMs,
      latencyMsMax: scenario.latencyMsMax,
      bucket: scenario.bucket,
    })
    expect(scenarioOf(seed, new Set(['pages', 'one_checkout', 'store_crashes'])).hazards).toEqual({
      ...NO_HAZARDS,
      pages,
      isOneCheckout,
      storeCrashesAtMs,
    })
  }
})

test('SIMULATE_HAZARDS chooses, and an unknown name is refused', () => {
  expect([...hazardsOn('all')]).toEqual([...HAZARDS])
  expect([...hazardsOn('none')]).toEqual([])
  expect([...hazardsOn('voids,pages')]).toEqual(['voids', 'pages'])
  expect(() => hazardsOn('void')).toThrow('There is no hazard void')
})
