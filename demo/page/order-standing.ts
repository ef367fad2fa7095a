import { type Payment, type PaymentMethods, type Tillgate, TillgateProblem } from '@tillgate/client'

/** How an order stands. Asking pays nothing. */
export type OrderStanding =
  | { readonly kind: 'payable'; readonly methods: PaymentMethods }
  | { readonly kind: 'paid'; readonly payment: Payment | null }
  /** A payment is in progress, or its result is not known. */
  | { readonly kind: 'waiting'; readonly payment: Payment | null }
  | { readonly kind: 'closed' }
  | { readonly kind: 'unreachable'; readonly requestId: string | null }

/** First asks whether it can be paid: such an order has no payment that succeeded or is in progress. */
export async function findStanding(
  tillgate: Tillgate,
  orderId: number,
  isPaidAtShop: () => Promise<boolean>,
): Promise<OrderStanding> {
  try {
    const methods = await problemOr(tillgate.listPaymentMethods(orderId))
    if (!(methods instanceof TillgateProblem) && methods.meta.order.payable)
      return { kind: 'payable', methods }

    const payments = await problemOr(tillgate.listPayments(orderId))
    const made = payments instanceof TillgateProblem ? [] : payments
    const closing = made.find((payment) => payment.status === 'success' && !paysInPart(payment))
    if (closing) return { kind: 'paid', payment: closing }
    const alive = made.find(({ status }) => inProgress.has(status)) ?? null
    if (!(methods instanceof TillgateProblem) || alive) return { kind: 'waiting', payment: alive }

    if (methods.code === 'order_already_paid') return { kind: 'paid', payment: null }
    if (methods.code !== 'order_not_payable') return { kind: 'unreachable', requestId: methods.requestId }
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
