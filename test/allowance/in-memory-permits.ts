import { aheadOfClockMs, broughtBack, broughtLater } from '../../src/allowance/permit-record.ts'
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

/**
 * The permits by the model, in memory, for as many instances as are asked for.
 *
 * @param now the database's clock, which may be set.
 */
export function createInMemoryPermits(limit: number, rule: AllowanceRule, now: () => number) {
  let permits: readonly ModelPermit[] = freshPermits(limit)
  const holders = new Map<number, string>()
  const change = (to: (permit: ModelPermit) => Partial<ModelPermit>) => {
    permits = permits.map((permit) => ({ ...permit, ...to(permit) }))
  }

  return (instance: string): PermitStore => ({
    async provide() {
      const atMs = now()
      const setBackMs = Math.max(0, ...permits.map((permit) => aheadOfClockMs(permit, atMs)))
      change((permit) => broughtBack(permit, atMs, rule))
      return { atMs, setBackMs, setForwardMs: 0 }
    },
    async reserve(count, withinMs) {
      const nowMs = now()
      const result = reserve(permits, rule, { nowMs, withinMs, count })
      permits = result.permits
      for (const { number } of result.taken) holders.set(number, instance)
      const remaining = reserve(permits, rule, { nowMs, withinMs: 0, count: limit }).taken.length
      return { taken: result.taken, remaining: result.taken.length > 0 ? remaining : null }
    },
    async outlook() {
      const atMs = now()
      return {
        atMs,
        permits: permits.map((permit) => ({
          backInMs: expectedBackAtMs(permit, rule) - atMs,
          holder: permit.countedAtMs + rule.windowMs > atMs ? (holders.get(permit.number) ?? '') : '',
        })),
        isAheadOfClock: permits.some((permit) => aheadOfClockMs(permit, atMs) > 0),
      }
    },
    async counted(reservation) {
      permits = counted(permits, reservation, now())
    },
    async giveBack(reservation) {
      permits = givenBack(permits, reservation, rule)
    },
    async holdBack(forMs) {
      permits = heldBack(permits, forMs, now())
    },
    async clockSetForward(jump, taken) {
      const nowMs = now()
      const undone = new Map(taken.map((reservation) => [reservation.number, reservation]))
      change((permit) => {
        const reservation = undone.get(permit.number)
        if (reservation?.uses !== permit.uses) return broughtLater(permit, jump, nowMs, rule)
        const { countedBeforeMs, atMs } = reservation
        const before = { ...permit, countedAtMs: countedBeforeMs, reservedAtMs: atMs - jump.atMostMs }
        return broughtLater(before, jump, nowMs, rule)
      })
    },
  })
}
