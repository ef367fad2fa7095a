import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import { Problem } from '../../domain/problem.ts'

/** What a webhook is a hint about. Its content is never taken for the truth, which is always read. */
export interface WebhookHint {
  /** Its own id, the same when it is delivered again. */
  readonly id: string
  /** null when it is about something else than an order. */
  readonly orderId: number | null
  /** The checkout that has become an order, in lower case. */
  readonly checkoutId?: string
}

/**
 * Checks that a delivery comes from BigCommerce, recently, for this store.
 *
 * @throws Problem `webhook_unverified`.
 */
export type VerifyWebhook = (body: string, headers: Readonly<Record<string, unknown>>) => WebhookHint

const Headers = z.object({
  'webhook-id': z.string().min(1).max(255),
  'webhook-timestamp': z.string(),
  'webhook-signature': z.string(),
})
const orderId = z.coerce.number().pipe(z.int().positive())
const Delivery = z.looseObject({
  producer: z.string(),
  data: z.union([
    z.looseObject({ type: z.literal('order'), id: orderId }).transform(({ id }) => ({ orderId: id })),
    z
      .looseObject({ type: z.literal('transaction'), order_id: orderId })
      .transform(({ order_id }) => ({ orderId: order_id })),
    z
      .looseObject({ type: z.literal('cart'), id: z.string().max(64), orderId })
      .transform(({ id, orderId }) => ({ orderId, checkoutId: id.toLowerCase() })),
    z.unknown().transform(() => ({ orderId: null })),
  ]),
})

/** By the Standard Webhooks scheme; the key is the bytes of the app's client secret. */
export function createVerifyWebhook(clientSecret: string, storeHash: string): VerifyWebhook {
  const webhook = new Webhook(Buffer.from(clientSecret), { format: 'raw' })

  return function verifyWebhook(body, headers) {
    try {
      const known = Headers.parse(headers)
      const { producer, data } = Delivery.parse(webhook.verify(body, known))
      if (producer !== `stores/${storeHash}`) throw new Error('another store')
      return { id: known['webhook-id'], ...data }
    } catch (cause) {
      throw new Problem('webhook_unverified', { cause })
    }
  }
}

/** Where no app is configured there is no secret by which a delivery could be told from a forgery. */
export const refuseWebhook: VerifyWebhook = () => {
  throw new Problem('webhook_unverified')
}
