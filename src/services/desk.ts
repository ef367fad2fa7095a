import type { Clock } from '../domain/clock.ts'
import { type HeldPayment, heldPayment } from '../domain/held-payment.ts'
import { parseOrderId } from '../domain/order.ts'
import type { PaymentAttempt } from '../domain/payment-attempt.ts'
import { type StoryEntry, storyOf } from '../domain/payment-story.ts'
import type { DeskAttempt, DeskLedger } from '../stores/desk-ledger.ts'

/** A payment without an end, as people look at it. */
export interface HeldAtDesk {
  readonly attempt: PaymentAttempt
  readonly held: HeldPayment
}

/** A payment with its story. */
export interface ToldPayment extends HeldAtDesk {
  readonly principal: string
  readonly story: readonly StoryEntry[]
}

/** What people who help shoppers can see. It makes nothing happen. */
export interface Desk {
  /** What is not final, oldest first, at most so many. */
  held(limit: number): Promise<HeldAtDesk[]>
  /** The payments of an order, newest first, or the one with this id. Empty where there is none. */
  tell(orderOrPayment: string): Promise<ToldPayment[]>
}

const paymentId = /^[A-Za-z0-9-]{1,64}$/

export function createDesk({
  reads,
  now,
}: {
  readonly reads: Pick<DeskLedger, 'listOpen' | 'tellById' | 'tellByOrder'>
  readonly now: Clock
}): Desk {
  const told = ({ attempt, principal, noted }: DeskAttempt): ToldPayment => ({
    attempt,
    principal,
    held: heldPayment(attempt, now()),
    story: storyOf(attempt, principal, noted),
  })
  return {
    async held(limit) {
      const open = await reads.listOpen(limit)
      return open.map(({ attempt }) => ({ attempt, held: heldPayment(attempt, now()) }))
    },
    async tell(orderOrPayment) {
      const orderId = parseOrderId(orderOrPayment)
      if (orderId !== null) return (await reads.tellByOrder(orderId)).map(told)
      if (!paymentId.test(orderOrPayment)) return []
      const found = await reads.tellById(orderOrPayment)
      return found ? [told(found)] : []
    },
  }
}
