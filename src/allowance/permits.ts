import type { Schedule } from '../domain/clock.ts'
import { Problem } from '../domain/problem.ts'
import type { Log } from '../logging/log-entry.ts'
import type { Clocks } from './clocks.ts'
import { openLine, refusalFor } from './line.ts'
import type { Permit } from './permit.ts'
import type { PermitStore } from './permit-store.ts'
import { type AllowanceRule, createCautiousMargin } from './rule.ts'
import { openSupply } from './supply.ts'

/** Where payments wait for their permits: those of one caller in the order in which they came; callers take turns. */
export interface Permits {
  /**
   * Lets a payment of this caller in.
   *
   * @throws Problem `payment_rate_limited` at once, when it could not be served in time; `shutting_down`.
   */
  arrive(caller: string): WaitingPayment
  /** How the allowance stands, as far as this instance knows. */
  standing(): Standing
  open(): Promise<void>
  /** Ends all waiting, and lets no payment in any more. */
  close(): void
  /** Resolves when what was used and given back is on record. */
  idle(): Promise<void>
}

export interface WaitingPayment {
  /** @throws Problem `payment_rate_limited`, `shutting_down`, `store_unavailable`; no permit is taken then. */
  takePermit(): Promise<Permit>
  /**
   * BigCommerce takes no payments for so long: every permit is held back, for all instances.
   *
   * @returns whether that ends within the patience of this payment.
   */
  turnedAway(forMs: number): Promise<boolean>
}

export interface Standing {
  readonly limit: number
  readonly windowSeconds: number
  readonly remaining: number
  /** Until more is allowed again. */
  readonly resetSeconds: number
}

export interface PermitsOptions extends Clocks {
  readonly store: PermitStore
  /** Names this instance among those that share the permits. */
  readonly instance: string
  readonly limit: number
  readonly rule: AllowanceRule
  readonly maxWaitMs: number
  readonly schedule: Schedule
  readonly random: () => number
  readonly log: Log
}

export function createPermits(options: PermitsOptions): Permits {
  const { store, limit, rule, maxWaitMs, now, schedule, log } = options
  const background = new Set<Promise<void>>()
  const margin = createCautiousMargin({ ...rule, now })
  const supply = openSupply({ ...options, marginMs: margin.nowMs, inBackground })
  const line = openLine({ maxWaitMs, now, schedule, waitMs: supply.waitMs })
  let isClosed = false
  let isAsking = false
  let callOffNext: (() => void) | null = null

  function inBackground(work: () => Promise<void>): void {
    schedule(0, () => {
      const done = work()
        .catch((err) => log.warn({ err }, 'permit not given back'))
        .finally(() => background.delete(done))
      background.add(done)
    })
  }

  /** Asks for as many permits as payments are waiting, one question at a time, until none waits any more. */
  async function serve(): Promise<void> {
    callOffNext = null
    if (isAsking || isClosed || line.size === 0) return
    isAsking = true
    let pauseMs = 0
    try {
      const supplied = await supply.ask(line.size)
      pauseMs = supplied.pauseMs
      for (const permit of supplied.permits) line.hand(permit)
      line.dismissHopeless()
    } catch (error) {
      line.dismissAll(error)
    } finally {
      isAsking = false
    }
    if (isClosed || line.size === 0) return
    if (pauseMs > 0) callOffNext = schedule(pauseMs, serve)
    else void serve()
  }

  function refuseWhenClosed(): void {
    if (isClosed) throw new Problem('shutting_down')
  }

  function refuseHopeless(caller: string): void {
    if (!supply.isInformed() || !line.wouldBeLast(caller)) return
    const waitMs = supply.waitMs(line.size + 1)
    if (waitMs > maxWaitMs) throw refusalFor(waitMs)
  }

  return {
    arrive(caller) {
      refuseWhenClosed()
      refuseHopeless(caller)
      let sinceMs: number | null = null
      return {
        async takePermit() {
          refuseWhenClosed()
          sinceMs ??= now()
          const permit = line.wait(caller, sinceMs)
          line.dismissHopeless()
          // If the next question is scheduled for later, we know that there is no permit before that.
          if (!callOffNext) void serve()
          return permit
        },
        async turnedAway(forMs) {
          margin.turnedAway()
          await store.holdBack(forMs).catch((err) => log.warn({ err }, 'permits not held back'))
          return sinceMs !== null && now() + forMs < sinceMs + maxWaitMs
        },
      }
    },
    standing() {
      const remaining = line.size > 0 ? 0 : (supply.remaining() ?? limit)
      const resetMs = remaining === 0 ? supply.waitMs(line.size + 1) : rule.windowMs
      const seconds = (ms: number) => Math.max(1, Math.ceil(ms / 1000))
      return { limit, windowSeconds: seconds(rule.windowMs), remaining, resetSeconds: seconds(resetMs) }
    },
    async open() {
      // Without its database the instance starts anyway, and is not ready. Then the first payment makes the permits.
      await supply.provide().catch((err) => log.warn({ err }, 'permits not created yet'))
    },
    close() {
      isClosed = true
      callOffNext?.()
      line.dismissAll(new Problem('shutting_down'))
    },
    async idle() {
      while (background.size > 0) await Promise.allSettled(background)
    },
  }
}
