import { type HeldPayment, instant } from '../../domain/held-payment.ts'
import type { OrderReading } from '../../domain/order.ts'
import { type PaymentView, toPaymentView } from '../../domain/payment-answer.ts'
import type { HeldAtDesk, ToldPayment } from '../../services/desk.ts'
import type { Resolved } from '../../services/resolve-payment.ts'

/** The payment of the API, and how it is held. */
type HeldDocument = PaymentView & HeldPayment

const heldDocument = ({ attempt, held }: HeldAtDesk, nowMs: number): HeldDocument => ({
  ...toPaymentView(attempt, nowMs),
  ...held,
})

export const heldDocuments = (payments: readonly HeldAtDesk[], nowMs: number) => ({
  data: payments.map((payment) => heldDocument(payment, nowMs)),
})

export const toldDocuments = (payments: readonly ToldPayment[], nowMs: number) => ({
  data: payments.map((payment) => ({
    ...heldDocument(payment, nowMs),
    principal: payment.principal,
    correlation_id: payment.attempt.correlationId,
    history: payment.story.map(({ atMs, what, by, because }) => ({ at: instant(atMs), what, by, because })),
  })),
})

/** What was seen at BigCommerce before a decision; null where it could not be read. */
export interface SawDocument {
  order_status: number | null
  payment_status: string | null
  transactions: SawTransaction[] | null
  verdict: string | null
}

interface SawTransaction {
  id: number | null
  event: string
  status: string
  amount: number | null
  currency: string | null
  payment_method_id: string | null
  reference_id: number | null
  created_at: string | null
}

export const sawDocument = ({ reading, verdict }: Pick<Resolved, 'reading' | 'verdict'>): SawDocument => ({
  order_status: reading?.order?.statusId ?? null,
  payment_status: reading?.order?.paymentStatus ?? null,
  transactions: reading && transactionsOf(reading),
  verdict,
})

const transactionsOf = ({ transactions }: OrderReading): SawTransaction[] =>
  transactions.map(({ id, event, status, money, paymentMethodId, referenceId, createdAtMs }) => ({
    id,
    event,
    status,
    amount: money?.amount ?? null,
    currency: money?.currency ?? null,
    payment_method_id: paymentMethodId,
    reference_id: referenceId,
    created_at: instant(createdAtMs),
  }))

export const resolvedDocument = (resolved: Resolved, nowMs: number) => ({
  data: toPaymentView(resolved.payment, nowMs),
  saw: sawDocument(resolved),
})
