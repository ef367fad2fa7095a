import { createHash } from 'node:crypto'
import { z } from 'zod'
import { STORE_ID } from '../data/store-identity.ts'

export const WebhookInputSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  /** The app's client secret: its bytes are the key. */
  client_secret: z.string().min(1),
  scope: z.enum([
    'store/order/created',
    'store/order/updated',
    'store/order/archived',
    'store/order/statusUpdated',
    'store/order/transaction/created',
    'store/order/transaction/updated',
    'store/cart/converted',
  ]),
  order_id: z.int().min(1),
  /** To deliver again under the same id, as the platform does after an answer other than 2xx. */
  id: z.string().min(1).optional(),
})

export type WebhookInput = z.input<typeof WebhookInputSchema>
export type Webhook = z.output<typeof WebhookInputSchema>

export type OrderFacts = {
  readonly statusId: number
  readonly transactionId: number | undefined
  readonly cartId: string
}

export function webhookBody(webhook: Webhook, facts: OrderFacts, store: { hash: string; now: number }) {
  const data = dataOf(webhook, facts)
  return JSON.stringify({
    scope: webhook.scope,
    store_id: String(STORE_ID),
    data,
    hash: createHash('sha1').update(JSON.stringify(data)).digest('hex'),
    created_at: Math.floor(store.now / 1000),
    producer: `stores/${store.hash}`,
  })
}

function dataOf({ scope, order_id: orderId }: Webhook, { statusId, transactionId, cartId }: OrderFacts) {
  if (scope === 'store/cart/converted') return { type: 'cart', id: cartId, orderId }
  if (scope.includes('/transaction/')) {
    return {
      type: 'transaction',
      order_id: String(orderId),
      transaction_id: String(transactionId ?? ''),
      transaction_status: 'success',
      transaction_type: 'purchase',
    }
  }
  const order = { type: 'order', id: orderId }
  if (scope !== 'store/order/statusUpdated') return order
  return { ...order, status: { previous_status_id: 0, new_status_id: statusId } }
}
