import type { Scenario } from '../scenario/scenario.ts'
import { createRandom } from './random.ts'
import type { Run, Trace } from './run.ts'
import { createScheduler, type Drain } from './scheduler.ts'

/** An arbitrary moment: nothing depends on which. */
export const START_MS = Date.UTC(2026, 0, 1)

/** The dice of the run are not those that made the scenario, so that shrinking a scenario does not change them. */
const runSalt = 0x51ed270b

export function createRun(scenario: Scenario, trace?: Trace, drain?: Drain): Run {
  const random = createRandom((scenario.dice ^ runSalt) | 0)
  const scheduler = createScheduler(random, START_MS, drain)
  const counts: Run['counts'] = {
    faults: {},
    hazards: {},
    steps: 0,
    requests: 0,
    attempts: 0,
    charges: 0,
    looks: 0,
  }
  const healedMs = START_MS + scenario.healAtMs
  const isHealed = () => scheduler.now() >= healedMs

  return {
    scenario,
    random,
    scheduler,
    counts,
    trace: trace && ((who, what) => trace(scheduler.now() - START_MS, who, what)),
    isHealed,
    strikes(kind) {
      const rate = scenario.faults[kind]
      if (rate === undefined || isHealed() || !random.chance(rate)) return false
      counts.faults[kind] = (counts.faults[kind] ?? 0) + 1
      return true
    },
    happened(hazard) {
      counts.hazards[hazard] = (counts.hazards[hazard] ?? 0) + 1
    },
    latencyMs: () => (scenario.latencyMsMax === 0 ? 0 : random.below(scenario.latencyMsMax)),
  }
}
