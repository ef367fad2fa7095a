import type { Selectable } from 'kysely'
import type { PaymentAttempt } from '../domain/payment-attempt.ts'
import type { PaymentAttemptRow } from './engine/tables.ts'

export function toAttempt(row: Selectable<PaymentAttemptRow>): PaymentAttempt {
  return {
    id: row.id,
    orderId: row.order_id,
    customerId: row.customer_id,
    instrumentType: row.instrument_type,
    paymentMethodId: row.payment_method_id,
    status: row.status,
    amount: row.amount,
    currency: row.currency,
    transactionType: row.transaction_type,
    bigcommercePaymentId: row.bigcommerce_payment_id,
    bigcommerceCode: row.bigcommerce_code,
    problemCode: row.problem_code,
    correlationId: row.correlation_id,
    requestId: row.request_id,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    sentAtMs: row.sent_at_ms,
    patExpiresAtMs: row.pat_expires_at_ms,
    looks: row.looks,
    unsettledSinceMs: row.unsettled_since_ms,
    holdsOrder: row.holds_order !== null,
    patIssuedAtMs: row.pat_issued_at_ms,
    pendingSinceMs: row.pending_since_ms,
    answeredAs: row.answered_as,
    answeredAtMs: row.answered_at_ms,
    orderTotal: row.order_total,
    cartId: row.cart_id,
    endedAtMs: row.ended_at_ms,
    nextLookAtMs: row.next_look_at_ms,
    askedAtMs: row.asked_at_ms,
    quiet: row.quiet_since_ms === null ? null : { looks: row.quiet_looks, sinceMs: row.quiet_since_ms },
  }
}
