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
    quiet: row.quiet_since_ms === null ? null : { looks: row.quiet_looks, sinceMs: row.quiet_since_ms },
  }
}
