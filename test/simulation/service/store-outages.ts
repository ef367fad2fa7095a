import type { Run } from '../engine/run.ts'

const withinMs = 3 * 60_000
const lengthMsMax = 60_000

/** How long a database takes to be there again after a crash, at most. */
const restartMsMax = 15_000

/**
 * Times when the database cannot be reached at all.
 *
 * @param crash forgets what was not on the disk.
 */
export function createStoreOutages(
  { random, scenario, scheduler, counts, trace, happened }: Run,
  crash: () => void,
) {
  let downs = 0
  return {
    isDown: () => downs > 0,
    plan(): void {
      for (const atMs of scenario.hazards.storeCrashesAtMs) {
        scheduler.after(atMs, () => {
          downs += 1
          trace?.('ledger', 'crashes')
          happened('store_crashes')
          crash()
          scheduler.after(random.below(restartMsMax), () => {
            downs -= 1
            trace?.('ledger', 'has restarted')
          })
        })
      }
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
