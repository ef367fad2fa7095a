import type { PermitStore } from '../../src/allowance/permit-store.ts'
import type { AllowanceRule } from '../../src/allowance/rule.ts'
import {
  counted,
  expectedBackAtMs,
  freshPermits,
  givenBack,
  heldBack,
  type ModelPermit,
  reserve,
} from './model.ts'

/** The permits by the model, in memory, for as many instances as are asked for. */
export function createInMemoryPermits(limit: number, rule: AllowanceRule, now: () => number) {
  let permits: readonly ModelPermit[] = freshPermits(limit)
  const holders = new Map<number, string>()

  return (instance: string): PermitStore => ({
    async provide() {},
    async reserve(count, withinMs) {
      const nowMs = now()
      const result = reserve(permits, rule, { nowMs, withinMs, count })
      permits = result.permits
      for (const { number } of result.taken) holders.set(number, instance)
      const remaining = reserve(permits, rule, { nowMs, withinMs: 0, count: limit }).taken.length
      return { taken: result.taken, remaining: result.taken.length > 0 ? remaining : null }
    },
    async outlook() {
      return permits.map((permit) => ({
        backInMs: expectedBackAtMs(permit, rule) - now(),
        holder: permit.countedAtMs + rule.windowMs > now() ? (holders.get(permit.number) ?? '') : '',
      }))
    },
    async counted(reservation) {
      permits = counted(permits, reservation, now())
    },
    async giveBack(reservation) {
      permits = givenBack(permits, reservation, rule)
    },
    async holdBack(forMs) {
      permits = heldBack(permits, now() + forMs)
    },
  })
}
