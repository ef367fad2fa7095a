import type { VerifyWebhook } from '../clients/identity/webhooks.ts'
import type { Checkouts } from '../stores/checkouts.ts'
import type { UnsettledAttempts } from '../stores/unsettled-attempts.ts'

/**
 * Takes a webhook as a hint to look now.
 *
 * @returns the order that it is about, if it is about one.
 * @throws Problem `webhook_unverified`, or `store_unavailable` so that BigCommerce delivers it again.
 */
export type ReceiveWebhook = (
  body: string,
  headers: Readonly<Record<string, unknown>>,
) => Promise<number | null>

export interface ReceiveWebhookDependencies {
  readonly verifyWebhook: VerifyWebhook
  readonly unsettled: Pick<UnsettledAttempts, 'wake'>
  /** Left out where checkouts cannot be paid. */
  readonly wakeMakings?: Checkouts['wakeMakings'] | undefined
}

/** Deliveries that are remembered, so that one that comes again causes no second look. A forgotten one costs one look. */
const deliveriesMax = 10_000

export function createReceiveWebhook({
  verifyWebhook,
  unsettled,
  wakeMakings,
}: ReceiveWebhookDependencies): ReceiveWebhook {
  const received = new Set<string>()

  return async function receiveWebhook(body, headers) {
    const { id, orderId, checkoutId } = verifyWebhook(body, headers)
    if (orderId === null || received.has(id)) return orderId
    await unsettled.wake(orderId, true)
    if (checkoutId !== undefined) await wakeMakings?.(checkoutId)
    received.add(id)
    const [oldest] = received
    if (received.size > deliveriesMax && oldest !== undefined) received.delete(oldest)
    return orderId
  }
}
