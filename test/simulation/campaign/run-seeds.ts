import { scenarioOf } from '../scenario/scenario-of.ts'
import { type SimulateOptions, simulate } from '../simulate.ts'
import { addRun, noTotals, type Totals } from './totals.ts'

/** Runs these seeds one after the other. */
export async function runSeeds(seeds: Iterable<number>, options: SimulateOptions = {}): Promise<Totals> {
  const totals = noTotals()
  for (const seed of seeds) {
    const scenario = scenarioOf(seed)
    addRun(totals, scenario, await simulate(scenario, options))
  }
  return totals
}
