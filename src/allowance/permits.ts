import type { After } from '../domain/after.ts'
import { Problem } from '../domain/problem.ts'
import type { Log } from '../domain/request-context.ts'
import { openLine, refusalFor } from './line.ts'
import { createCautiousMargin } from './margin.ts'
import type { HeldToken } from './permit.ts'
import type { PaymentTokens } from './permit-store.ts'
import type { BucketRule } from './rule.ts'
import { openSupply } from './supply.ts'

/** Where payments wait for their tokens: a caller's in the order in which they came, turn about between callers. */
export interface PaymentTokenQueue {
  /**
   * Lets a payment of this caller in.
   *
   * @throws Problem `payment_rate_limited` at once, when it could not be served in time; `shutting_down`.
   */
  arrive(caller: string): WaitingPayment
  /** How the allowance stands, as far as this instance knows. */
  standing(): Standing
  open(): Promise<void>
  /** Lets nobody wait any longer. */
  close(): void
  /** Resolves when what was spent and given back is on record. */
  idle(): Promise<void>
}

export interface WaitingPayment {
  /** @throws Problem `payment_rate_limited`, `shutting_down`, `store_unavailable`; nothing is held then. */
  takeToken(): Promise<HeldToken>
  /**
   * BigCommerce takes no payments for so long: every token is held back, for all instances.
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

export interface PaymentTokenQueueOptions {
  readonly tokens: PaymentTokens
  /** Names this instance among those that share the tokens. */
  readonly instance: string
  readonly limit: number
  readonly rule: BucketRule
  readonly maxWaitMs: number
  /** A clock that only goes forward; its moments mean nothing elsewhere. */
  readonly now: () => number
  readonly after: After
  readonly random: () => number
  readonly log: Log
}

/**
 * From the moment of a token: three seconds for dialling, one for writing *sending*, one for a stall. A crash in between
 * keeps the token away for so much longer, and nothing else does.
 */
export const SEND_WITHIN_MS = 5_000

export function createPaymentTokenQueue(options: PaymentTokenQueueOptions): PaymentTokenQueue {
  const { tokens, limit, rule, maxWaitMs, now, after, log } = options
  const background = new Set<Promise<void>>()
  const margin = createCautiousMargin({ ...rule, now })
  let isClosed = false

  function inBackground(work: () => Promise<void>): void {
    after(0, () => {
      const done = work()
        .catch((err) => log.warn({ err }, 'payment token stays spent longer than it need'))
        .finally(() => background.delete(done))
      background.add(done)
    })
  }

  const line = openLine({ maxWaitMs, now, after, waitMs: (turn) => supply.waitMs(turn) })
  const supply = openSupply({
    ...options,
    marginMs: margin.nowMs,
    inBackground,
    waiting: () => line.size,
    onToken: line.hand,
    onNews: line.dismissHopeless,
    onFailure: line.dismissAll,
  })

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
        async takeToken() {
          refuseWhenClosed()
          sinceMs ??= now()
          const token = line.wait(caller, sinceMs)
          line.dismissHopeless()
          supply.start()
          return token
        },
        async turnedAway(forMs) {
          margin.turnedAway()
          await tokens.holdBack(forMs).catch((err) => log.warn({ err }, 'payment tokens not held back'))
          return sinceMs !== null && now() + forMs < sinceMs + maxWaitMs
        },
      }
    },
    standing() {
      const remaining = line.size > 0 ? 0 : (supply.left() ?? limit)
      const resetMs = remaining === 0 ? supply.waitMs(line.size + 1) : rule.windowMs
      const seconds = (ms: number) => Math.max(1, Math.ceil(ms / 1000))
      return { limit, windowSeconds: seconds(rule.windowMs), remaining, resetSeconds: seconds(resetMs) }
    },
    async open() {
      // Without its database the instance starts all the same, and is not ready; the first who asks makes them then.
      await tokens.provide().catch((err) => log.warn({ err }, 'payment tokens not provided yet'))
    },
    close() {
      isClosed = true
      supply.stop()
      line.dismissAll(new Problem('shutting_down'))
    },
    async idle() {
      while (background.size > 0) await Promise.allSettled(background)
    },
  }
}
