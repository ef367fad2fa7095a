import type { PaymentsApi } from './payments-api.ts'
import type { Payment, PaymentMethods } from './payments-api-types.ts'

/** Where an order stands, found out without paying anything. */
export type OrderStanding =
  | { readonly kind: 'payable'; readonly methods: PaymentMethods }
  | { readonly kind: 'paid'; readonly payment: Payment | null }
  /** A payment is under way, or its outcome unknown. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'unreachable'; readonly requestId: string | null }

/** Whether it can be paid is asked first: an open order has no payment that stands or is under way. */
export async function findStanding(
  api: PaymentsApi,
  orderId: number,
  isPaidAtShop: () => Promise<boolean>,
): Promise<OrderStanding> {
  const methods = await api.listMethods(orderId)
  if (methods.kind === 'lost') return { kind: 'unreachable', requestId: null }
  if (methods.kind === 'ok' && methods.body.meta.order.payable)
    return { kind: 'payable', methods: methods.body }

  const payments = await api.listPayments(orderId)
  const made = payments.kind === 'ok' ? payments.body.data : []
  const closing = made.find((payment) => payment.status === 'success' && !paysInPart(payment))
  if (closing) return { kind: 'paid', payment: closing }
  if (methods.kind === 'ok' || made.some(({ status }) => underWay.has(status))) return { kind: 'waiting' }

  const { code, request_id } = methods.problem
  if (code === 'order_already_paid') return { kind: 'paid', payment: null }
  if (code !== 'order_not_payable') return { kind: 'unreachable', requestId: request_id }
  const isPaid = await isPaidAtShop().catch(() => null)
  if (isPaid === null) return { kind: 'unreachable', requestId: null }
  if (!isPaid) return { kind: 'closed' }
  return { kind: 'paid', payment: made.findLast(({ status }) => status === 'success') ?? null }
}

const underWay = new Set(['processing', 'pending', 'unknown', 'needs_review'])
const paysInPart = ({ instrument_type }: Payment) =>
  instrument_type === 'gift_certificate' || instrument_type === 'store_credit'
