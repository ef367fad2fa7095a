import type { PaymentTokens } from '../../src/allowance/permit-store.ts'
import {
  type BucketRule,
  type BucketToken,
  counted,
  expectedBackAtMs,
  givenBack,
  heldBack,
  reserve,
} from '../../src/allowance/rule.ts'
import { freshTokens } from './bucket-samples.ts'

/** The payment tokens by the pure function, in memory, for as many instances as are asked for. */
export function createInMemoryTokens(limit: number, rule: BucketRule, now: () => number) {
  let tokens: readonly BucketToken[] = freshTokens(limit)
  const holders = new Map<number, string>()

  return (instance: string): PaymentTokens => ({
    async provide() {},
    async reserve(count, withinMs) {
      const nowMs = now()
      const result = reserve(tokens, rule, { nowMs, withinMs, count })
      tokens = result.tokens
      for (const { number } of result.taken) holders.set(number, instance)
      const left = reserve(tokens, rule, { nowMs, withinMs: 0, count: limit }).taken.length
      return { taken: result.taken, left: result.taken.length > 0 ? left : null }
    },
    async outlook() {
      return tokens.map((token) => ({
        backInMs: expectedBackAtMs(token, rule) - now(),
        holder: token.countedAtMs + rule.windowMs > now() ? (holders.get(token.number) ?? '') : '',
      }))
    },
    async counted(reservation) {
      tokens = counted(tokens, reservation, now())
    },
    async giveBack(reservation) {
      tokens = givenBack(tokens, reservation, rule)
    },
    async holdBack(forMs) {
      tokens = heldBack(tokens, now() + forMs)
    },
  })
}
