import { createHmac, randomUUID } from 'node:crypto'
import type { ApiAnswer, CallApi } from './call-api.ts'

const clientSecret = 'the-secret-of-the-app'

/** What a service needs to take webhooks. */
export const bigcommerceApp = {
  BIGCOMMERCE_CLIENT_ID: 'the-app',
  BIGCOMMERCE_CLIENT_SECRET: clientSecret,
}

/** Delivers a signed event about an order, as BigCommerce does. */
export const deliver = (call: CallApi, orderId: number): Promise<ApiAnswer> =>
  deliverEvent(call, 'store/order/statusUpdated', { type: 'order', id: orderId })

export async function deliverEvent(call: CallApi, scope: string, data: object): Promise<ApiAnswer> {
  const body = JSON.stringify({
    scope,
    store_id: '1025646',
    data,
    hash: 'abc',
    created_at: 1,
    producer: 'stores/jrah6gmn',
  })
  const id = randomUUID()
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = createHmac('sha256', clientSecret).update(`${id}.${timestamp}.${body}`).digest('base64')
  return call('/webhooks/bigcommerce', {
    method: 'POST',
    body,
    headers: { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` },
  })
}
