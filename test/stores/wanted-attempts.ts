import type { KeyScope } from '../../src/domain/idempotency-key.ts'
import type { Money } from '../../src/domain/money.ts'
import type { NewAttempt } from '../../src/domain/payment-attempt.ts'
import type { Weighed } from '../../src/stores/conclude-look.ts'
import type { Sending } from '../../src/stores/first-payment.ts'

export const scopeOf = (idempotencyKey: string, change: Partial<KeyScope> = {}): KeyScope => ({
  principal: '["https://shop.example","session-1"]',
  operation: 'payOrder',
  idempotencyKey,
  ...change,
})

let lastId = 0
export const newAttempt = (change: Partial<NewAttempt> = {}): NewAttempt => ({
  id: `attempt-${++lastId}`,
  orderId: 118,
  customerId: 7,
  cartId: null,
  instrumentType: 'card',
  paymentMethodId: 'stripe.card',
  correlationId: 'correlation-1',
  requestId: 'request-1',
  ...change,
})

export const sendingOf = (due: Money, patExpiresAtMs: number): Sending => ({
  due,
  patIssuedAtMs: null,
  patExpiresAtMs,
  orderTotal: null,
})

/** A look that found nothing worth a word. */
export const nothingFound: Weighed = {
  verdict: null,
  end: null,
  quiet: null,
  isUnaccounted: null,
  alert: null,
  nextLookAtMs: null,
  nextWatchAtMs: null,
  countsAsScheduled: true,
  notes: [],
}
