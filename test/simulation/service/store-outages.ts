import type { Run } from '../engine/run.ts'

const withinMs = 3 * 60_000
const lengthMsMax = 60_000

/** Times when the database cannot be reached at all. */
export function createStoreOutages({ random, scenario, scheduler, counts, trace }: Run) {
  let downs = 0
  return {
    isDown: () => downs > 0,
    plan(): void {
      if (scenario.faults.store_outage === undefined) return
      for (let more = 1 + random.below(3); more > 0; more--) {
        scheduler.after(random.below(Math.min(withinMs, scenario.healAtMs)), () => {
          downs += 1
          counts.faults.store_outage = (counts.faults.store_outage ?? 0) + 1
          trace?.('ledger', 'goes down')
          scheduler.after(random.below(lengthMsMax), () => {
            downs -= 1
            trace?.('ledger', 'is back')
          })
        })
      }
    },
  }
}
