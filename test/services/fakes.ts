import type { Caller, OrderAccess } from '../../src/domain/caller.ts'
import type { Order } from '../../src/domain/order.ts'
import type { NewAttempt } from '../../src/domain/payment-attempt.ts'
import type { RequestContext } from '../../src/request-context.ts'
import type { Claim } from '../../src/stores/claim-attempt.ts'
import { attemptOf } from '../domain/samples.ts'
import { keptIn, type Logged } from '../support/logs.ts'

export function contextOf(logged: Logged[] = []): RequestContext {
  return {
    requestId: 'request-1',
    correlationId: 'correlation-1',
    caller: 'caller',
    shopperAddress: '203.0.113.9',
    purpose: 'paying',
    log: keptIn(logged),
  }
}

export const callerOf = (access: OrderAccess, customerId: number | null = null): Caller => ({
  principal: '["https://shop.example","session-1"]',
  scopes: new Set(['payments:read', 'payments:write']),
  access,
  customerId,
})

export const customer = (customerId: number): Caller => callerOf({ kind: 'customer', customerId }, customerId)
export const server: Caller = callerOf({ kind: 'any' })
export const holderOf = (...orderIds: number[]): Caller =>
  callerOf({ kind: 'orders', orderIds: new Set(orderIds) })

export const orderOf = (change: Partial<Order> = {}): Order => ({
  id: 118,
  statusId: 0,
  customerId: 7,
  paymentStatus: '',
  total: { amount: 6098, currency: 'USD' },
  due: { amount: 6098, currency: 'USD' },
  paymentProviderId: '',
  source: '',
  createdAtMs: null,
  cartId: null,
  isArchived: false,
  answeredAtMs: null,
  ...change,
})

export const claimedBy = (attempt: NewAttempt): Claim & { kind: 'claimed' } => ({
  kind: 'claimed',
  attempt: attemptOf({ ...attempt, status: 'claimed' }),
})

/** The code of the problem in which some work ended, or its result. */
export const endOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => (error instanceof Error && 'code' in error ? error.code : error))
