import createClient from 'openapi-fetch'
import type { RequestParts } from './exchange.ts'
import type { paths } from './openapi.ts'
import type { CheckoutPaymentRequest, PaymentRequest } from './types.ts'

/** The operations for callers, one request each, typed by the contract. Orders and checkouts have the same. */
export function createPaymentsApi(baseUrl: string, fetch: typeof globalThis.fetch) {
  const client = createClient<paths>({
    baseUrl,
    fetch: (request) => fetch(request),
    // A page's URL may name the order. The service's log should not get it.
    referrerPolicy: 'no-referrer',
  })
  const order = {
    listPaymentMethods: (id: number, parts: RequestParts) =>
      client.GET('/orders/{id}/payment-methods', { params: { path: { id } }, ...parts }),
    listPayments: (id: number, parts: RequestParts) =>
      client.GET('/orders/{id}/payments', { params: { path: { id } }, ...parts }),
    getPayment: (id: number, paymentId: string, parts: RequestParts, waitSeconds = 0) =>
      client.GET('/orders/{id}/payments/{paymentId}', {
        params: { path: { id, paymentId }, header: preferring(waitSeconds) },
        ...parts,
      }),
    pay: (id: number, key: string, body: PaymentRequest, parts: RequestParts, waitSeconds = 0) =>
      client.POST('/orders/{id}/pay', {
        params: { path: { id }, header: { 'Idempotency-Key': key, ...preferring(waitSeconds) } },
        body,
        ...parts,
      }),
  }
  const checkout = {
    listPaymentMethods: (checkoutId: string, parts: RequestParts) =>
      client.GET('/checkouts/{checkoutId}/payment-methods', { params: { path: { checkoutId } }, ...parts }),
    listPayments: (checkoutId: string, parts: RequestParts) =>
      client.GET('/checkouts/{checkoutId}/payments', { params: { path: { checkoutId } }, ...parts }),
    getPayment: (checkoutId: string, paymentId: string, parts: RequestParts, waitSeconds = 0) =>
      client.GET('/checkouts/{checkoutId}/payments/{paymentId}', {
        params: { path: { checkoutId, paymentId }, header: preferring(waitSeconds) },
        ...parts,
      }),
    pay: (
      checkoutId: string,
      key: string,
      body: CheckoutPaymentRequest,
      parts: RequestParts,
      waitSeconds = 0,
    ) =>
      client.POST('/checkouts/{checkoutId}/pay', {
        params: { path: { checkoutId }, header: { 'Idempotency-Key': key, ...preferring(waitSeconds) } },
        body,
        ...parts,
      }),
  }
  return { order, checkout }
}

/** Asks the service to wait for the end of the payment (RFC 7240). With 0 it answers at once. */
const preferring = (waitSeconds: number) => (waitSeconds > 0 ? { Prefer: `wait=${waitSeconds}` } : {})
