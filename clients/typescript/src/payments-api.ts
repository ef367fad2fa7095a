import createClient from 'openapi-fetch'
import type { RequestParts } from './exchange.ts'
import type { paths } from './openapi.ts'
import type { PaymentRequest } from './types.ts'

export type PaymentsApi = ReturnType<typeof createPaymentsApi>

/** The four operations for callers, one request each, typed by the contract. */
export function createPaymentsApi(baseUrl: string, fetch: typeof globalThis.fetch) {
  const client = createClient<paths>({
    baseUrl,
    fetch: (request) => fetch(request),
    // A page's URL may name the order. The service's log should not get it.
    referrerPolicy: 'no-referrer',
  })
  return {
    listPaymentMethods: (id: number, parts: RequestParts) =>
      client.GET('/orders/{id}/payment-methods', { params: { path: { id } }, ...parts }),
    listPayments: (id: number, parts: RequestParts) =>
      client.GET('/orders/{id}/payments', { params: { path: { id } }, ...parts }),
    getPayment: (id: number, paymentId: string, parts: RequestParts, waitSeconds = 0) =>
      client.GET('/orders/{id}/payments/{paymentId}', {
        params: { path: { id, paymentId }, header: preferring(waitSeconds) },
        ...parts,
      }),
    payOrder: (id: number, key: string, body: PaymentRequest, parts: RequestParts, waitSeconds = 0) =>
      client.POST('/orders/{id}/pay', {
        params: { path: { id }, header: { 'Idempotency-Key': key, ...preferring(waitSeconds) } },
        body,
        ...parts,
      }),
  }
}

/** Asks the service to wait for the end of the payment (RFC 7240). With 0 it answers at once. */
const preferring = (waitSeconds: number) => (waitSeconds > 0 ? { Prefer: `wait=${waitSeconds}` } : {})
