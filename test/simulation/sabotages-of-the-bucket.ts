import type { PermitStore } from '../../src/allowance/permit-store.ts'
import { createInMemoryPermits } from '../allowance/in-memory-permits.ts'
import { ruleOf } from './service/node-permits.ts'
import type { Sabotage } from './service/sabotage.ts'

const changed = (change: (store: PermitStore) => Partial<PermitStore>): Sabotage => ({
  permits: (storeOf) => (instance) => ({ ...storeOf(instance), ...change(storeOf(instance)) }),
})

/** Ways to hand out more payments than a window may hold. */
export const BUCKET_SABOTAGES: Readonly<Record<string, Sabotage>> = {
  'gives each instance a bucket of its own': {
    permits: (_storeOf, run) => (instance) =>
      createInMemoryPermits(run.scenario.bucket.limit, ruleOf(run), run.scheduler.now)(instance),
  },
  'gives a permit back as soon as it is answered': changed((store) => ({ counted: store.giveBack })),
  'forgets what was reserved when its instance dies': {
    permits: (storeOf, run) => (instance) => {
      const store = storeOf(instance)
      return {
        ...store,
        async reserve(count, withinMs) {
          const reserved = await store.reserve(count, withinMs)
          for (const reservation of reserved.taken)
            run.scheduler.after(1_000, () => void store.giveBack(reservation))
          return reserved
        },
      }
    },
  },
  'counts from the reservation instead of the sending': {
    permits: (_storeOf, run) => {
      const hasty = createInMemoryPermits(
        run.scenario.bucket.limit,
        { ...ruleOf(run), sendWithinMs: 0 },
        run.scheduler.now,
      )
      return hasty
    },
  },
  'refills at a rate, as a textbook does': {
    permits: (storeOf, run) => {
      const { limit, windowMs } = run.scenario.bucket
      let tokens = limit
      let filledMs = run.scheduler.now()
      return (instance) => ({
        ...storeOf(instance),
        async reserve(count) {
          const nowMs = run.scheduler.now()
          tokens = Math.min(limit, tokens + ((nowMs - filledMs) * limit) / windowMs)
          filledMs = nowMs
          const given = Math.min(count, Math.floor(tokens))
          tokens -= given
          const taken = Array.from({ length: given }, () => ({
            number: 0,
            uses: -1,
            atMs: nowMs,
            forMs: nowMs,
            countedBeforeMs: nowMs,
          }))
          return { taken, remaining: given > 0 ? Math.floor(tokens) : null }
        },
      })
    },
  },
}
