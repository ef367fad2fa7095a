import type { VerifyWebhook } from '../clients/identity/webhooks.ts'
import type { UnsettledAttempts } from '../stores/unsettled-attempts.ts'

/**
 * Takes a webhook as a hint to look now.
 *
 * @throws Problem `webhook_unverified`, or `store_unavailable` so that BigCommerce delivers it again.
 */
export type ReceiveWebhook = (body: string, headers: Readonly<Record<string, unknown>>) => Promise<void>

export interface ReceiveWebhookDependencies {
  readonly verifyWebhook: VerifyWebhook
  readonly unsettled: Pick<UnsettledAttempts, 'wake'>
}

/** Deliveries that are remembered, so that one that comes again causes no second look. A forgotten one costs one look. */
const deliveriesMax = 10_000

export function createReceiveWebhook({
  verifyWebhook,
  unsettled,
}: ReceiveWebhookDependencies): ReceiveWebhook {
  const received = new Set<string>()

  return async function receiveWebhook(body, headers) {
    const { id, orderId } = verifyWebhook(body, headers)
    if (orderId === null || received.has(id)) return
    await unsettled.wake(orderId, true)
    received.add(id)
    const [oldest] = received
    if (received.size > deliveriesMax && oldest !== undefined) received.delete(oldest)
  }
}
