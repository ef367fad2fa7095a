import type { Clock } from '../domain/clock.ts'
import { type HeldPayment, heldPayment } from '../domain/held-payment.ts'
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

/** BigCommerce's order ids are 32-bit integers from 1 up. */
const orderIdMax = 2_147_483_647
const orderNumber = /^[1-9]\d{0,9}$/
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
      if (orderNumber.test(orderOrPayment)) {
        const orderId = Number(orderOrPayment)
        return orderId > orderIdMax ? [] : (await reads.tellByOrder(orderId)).map(told)
      }
      if (!paymentId.test(orderOrPayment)) return []
      const found = await reads.tellById(orderOrPayment)
      return found ? [told(found)] : []
    },
  }
}
