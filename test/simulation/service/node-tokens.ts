import type { PaymentTokens } from '../../../src/allowance/permit-store.ts'
import {
  createPaymentTokenQueue,
  type PaymentTokenQueue,
  SEND_WITHIN_MS,
} from '../../../src/allowance/permits.ts'
import type { After } from '../../../src/domain/after.ts'
import type { Run } from '../engine/run.ts'
import type { NodeLife } from './ports.ts'

const silent = () => {}
const log = { info: silent, warn: silent, error: silent }

/** The rule of a scenario's bucket. */
export const ruleOf = ({ scenario: { bucket } }: Run) => ({
  windowMs: bucket.windowMs,
  marginMs: bucket.marginMs,
  sendWithinMs: SEND_WITHIN_MS,
})

/** Where a node's payments wait for their tokens: in its memory, and so gone when it dies. */
export function createNodeTokens(
  run: Run,
  life: NodeLife,
  tokens: PaymentTokens,
): Pick<PaymentTokenQueue, 'arrive'> & { restart(): void } {
  const { scheduler, scenario } = run

  function open(): PaymentTokenQueue {
    const born = life.life
    const after: After = (delayMs, begin) => {
      let isOff = false
      scheduler.after(Math.max(0, delayMs), () => {
        if (!isOff && life.life === born) scheduler.resume(begin)
      })
      return () => {
        isOff = true
      }
    }
    return createPaymentTokenQueue({
      tokens,
      instance: `${life.name}-${born}`,
      limit: scenario.bucket.limit,
      rule: ruleOf(run),
      maxWaitMs: scenario.bucket.maxWaitMs,
      now: scheduler.now,
      after,
      random: run.random.next,
      log,
    })
  }

  let queue = open()
  return {
    arrive: (caller) => queue.arrive(caller),
    restart() {
      queue = open()
    },
  }
}
