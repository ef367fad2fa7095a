import { type Payment, TillgateProblem } from '@tillgate/client'
import type { Offer, Payable } from './payable.ts'

/** How an order stands. Asking pays nothing. */
export type OrderStanding =
  | { readonly kind: 'payable'; readonly offer: Offer }
  | { readonly kind: 'paid'; readonly payment: Payment | null }
  /** A payment is in progress, or its result is not known. */
  | { readonly kind: 'waiting'; readonly payment: Payment | null }
  | { readonly kind: 'closed' }
  | { readonly kind: 'unreachable'; readonly requestId: string | null }

/** First asks whether it can be paid: such an order has no payment that succeeded or is in progress. */
export async function findStanding(
  payable: Payable,
  isPaidAtShop: () => Promise<boolean>,
): Promise<OrderStanding> {
  try {
    const offer = await problemOr(payable.list())
    if (!(offer instanceof TillgateProblem) && offer.due.payable) return { kind: 'payable', offer }

    const payments = await problemOr(payable.payments())
    const made = payments instanceof TillgateProblem ? [] : payments
    const closing = made.find((payment) => payment.status === 'success' && !paysInPart(payment))
    if (closing) return { kind: 'paid', payment: closing }
    const alive = made.find(({ status }) => inProgress.has(status)) ?? null
    if (!(offer instanceof TillgateProblem) || alive) return { kind: 'waiting', payment: alive }

    if (offer.code === 'order_already_paid') return { kind: 'paid', payment: null }
    // Its cart was thrown away.
    if (offer.code === 'checkout_not_found') return { kind: 'closed' }
    if (offer.code !== 'order_not_payable') return { kind: 'unreachable', requestId: offer.requestId }
    if (!(await isPaidAtShop())) return { kind: 'closed' }
    return { kind: 'paid', payment: made.findLast(({ status }) => status === 'success') ?? null }
  } catch {
    return { kind: 'unreachable', requestId: null }
  }
}

const problemOr = <T>(answer: Promise<T>): Promise<T | TillgateProblem> =>
  answer.catch((error: unknown) => {
    if (error instanceof TillgateProblem) return error
    throw error
  })

const inProgress = new Set(['processing', 'pending', 'unknown', 'needs_review'])
const paysInPart = ({ instrument_type }: Payment) =>
  instrument_type === 'gift_certificate' || instrument_type === 'store_credit'
