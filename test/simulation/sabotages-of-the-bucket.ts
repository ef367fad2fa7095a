import type { PaymentTokens } from '../../src/allowance/permit-store.ts'
import { createInMemoryTokens } from '../allowance/in-memory-permits.ts'
import { ruleOf } from './service/node-tokens.ts'
import type { Sabotage } from './service/sabotage.ts'

const changed = (change: (tokens: PaymentTokens) => Partial<PaymentTokens>): Sabotage => ({
  tokens: (tokensOf) => (instance) => ({ ...tokensOf(instance), ...change(tokensOf(instance)) }),
})

/** Ways to hand out more payments than a window may hold. */
export const BUCKET_SABOTAGES: Readonly<Record<string, Sabotage>> = {
  'gives each instance a bucket of its own': {
    tokens: (_tokensOf, run) => (instance) =>
      createInMemoryTokens(run.scenario.bucket.limit, ruleOf(run), run.scheduler.now)(instance),
  },
  'gives a token back as soon as it is answered': changed((tokens) => ({ counted: tokens.giveBack })),
  'forgets what was reserved when its instance dies': {
    tokens: (tokensOf, run) => (instance) => {
      const tokens = tokensOf(instance)
      return {
        ...tokens,
        async reserve(count, withinMs) {
          const reserved = await tokens.reserve(count, withinMs)
          for (const reservation of reserved.taken)
            run.scheduler.after(1_000, () => void tokens.giveBack(reservation))
          return reserved
        },
      }
    },
  },
  'counts from the reservation instead of the sending': {
    tokens: (_tokensOf, run) => {
      const hasty = createInMemoryTokens(
        run.scenario.bucket.limit,
        { ...ruleOf(run), sendWithinMs: 0 },
        run.scheduler.now,
      )
      return hasty
    },
  },
  'refills at a rate, as a textbook does': {
    tokens: (tokensOf, run) => {
      const { limit, windowMs } = run.scenario.bucket
      let tokens = limit
      let filledMs = run.scheduler.now()
      return (instance) => ({
        ...tokensOf(instance),
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
          }))
          return { taken, left: given > 0 ? Math.floor(tokens) : null }
        },
      })
    },
  },
}
