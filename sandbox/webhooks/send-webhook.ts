import { createHmac, randomUUID } from 'node:crypto'
import type { Runtime } from '../runtime.ts'
import { standingOf } from '../state/order-standing.ts'
import { type Webhook, webhookBody } from './webhook.ts'

export type Delivery = { readonly id: string; readonly status: number }

const deliveryTimeoutMs = 10_000

/** Signed as Standard Webhooks says: HMAC-SHA256 over id, timestamp and the bytes of the body. */
export async function sendWebhook({ options, world }: Runtime, webhook: Webhook): Promise<Delivery> {
  const now = world.now()
  const order = world.orders.find(webhook.order_id)
  const facts = {
    statusId: order ? standingOf(order, now).statusId : 0,
    cartId: order?.input.cart_id ?? '',
    transactionId: world.transactions.visibleOf(webhook.order_id, 0).at(-1)?.id,
  }
  const body = webhookBody(webhook, facts, { hash: options.storeHash, now })
  const id = webhook.id ?? `msg_${randomUUID()}`
  const timestamp = String(Math.floor(now / 1000))
  const signature = createHmac('sha256', webhook.client_secret)
    .update(`${id}.${timestamp}.${body}`)
    .digest('base64')
  const response = await fetch(webhook.url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
    signal: AbortSignal.timeout(deliveryTimeoutMs),
  })
  await response.body?.cancel()
  return { id, status: response.status }
}
