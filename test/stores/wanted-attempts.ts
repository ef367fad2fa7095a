import type { KeyScope } from '../../src/domain/idempotency-key.ts'
import type { NewAttempt } from '../../src/domain/payment-attempt.ts'

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
  instrumentType: 'card',
  paymentMethodId: 'stripe.card',
  correlationId: 'correlation-1',
  requestId: 'request-1',
  ...change,
})
