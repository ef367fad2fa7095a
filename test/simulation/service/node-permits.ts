import type { PermitStore } from '../../../src/allowance/permit-store.ts'
import { createPermits, type Permits } from '../../../src/allowance/permits.ts'
import { SEND_WITHIN_MS } from '../../../src/allowance/rule.ts'
import type { Schedule } from '../../../src/domain/clock.ts'
import { silentLog } from '../../support/logs.ts'
import type { Run } from '../engine/run.ts'
import type { NodeLife } from './ports.ts'

/** The rule of a scenario's bucket. */
export const ruleOf = ({ scenario: { bucket } }: Run) => ({
  windowMs: bucket.windowMs,
  marginMs: bucket.marginMs,
  sendWithinMs: SEND_WITHIN_MS,
})

/** Where the payments of a node wait for permits: in its memory, so they are gone when it dies. */
export function createNodePermits(
  run: Run,
  life: NodeLife,
  store: PermitStore,
): Pick<Permits, 'arrive'> & { restart(): void } {
  const { scheduler, scenario } = run

  function open(): Permits {
    const born = life.life
    const schedule: Schedule = (delayMs, begin) => {
      let isOff = false
      scheduler.after(Math.max(0, delayMs), () => {
        if (!isOff && life.life === born) scheduler.resume(begin)
      })
      return () => {
        isOff = true
      }
    }
    return createPermits({
      store,
      instance: `${life.name}-${born}`,
      limit: scenario.bucket.limit,
      rule: ruleOf(run),
      maxWaitMs: scenario.bucket.maxWaitMs,
      now: scheduler.now,
      wallNow: scheduler.now,
      schedule,
      random: run.random.next,
      log: silentLog,
    })
  }

  let permits = open()
  return {
    arrive: (caller) => permits.arrive(caller),
    restart() {
      permits = open()
    },
  }
}
