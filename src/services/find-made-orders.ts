import type { CheckoutsApi } from '../clients/bigcommerce/checkouts-api.ts'
import { isOfEarlierCart } from '../domain/checkout.ts'
import type { Order } from '../domain/order.ts'
import type { Log } from '../logging/log-entry.ts'
import type { Purpose } from '../request-context.ts'
import type { Checkouts } from '../stores/checkouts.ts'
import type { MakingLook, OrderMaking } from '../stores/order-making.ts'
import { lookContext } from './look-at-order.ts'

/**
 * Looks for orders that BigCommerce was asked to make and whose answers were lost, and binds their checkouts to the orders that it finds.
 * Never makes an order. Never throws.
 *
 * @param purpose whether a shopper is waiting for it.
 */
export type FindMadeOrders = (purpose: Purpose) => Promise<void>

export interface FindMadeOrdersDependencies {
  readonly checkoutsApi: Pick<CheckoutsApi, 'listOrdersOfCart'>
  readonly checkouts: Pick<Checkouts, 'leaseMakings' | 'concludeMaking'>
  readonly log: Log
}

/** How many it looks for at the same time. Each takes one read, so this is well within the management host's quota. */
const leasedMax = 4

export function createFindMadeOrders({
  checkoutsApi,
  checkouts,
  log,
}: FindMadeOrdersDependencies): FindMadeOrders {
  return async function findMadeOrders(purpose) {
    try {
      const makings = await checkouts.leaseMakings(leasedMax)
      await Promise.all(makings.map((making) => find(making, purpose)))
    } catch (err) {
      log.warn({ err }, 'look for an order failed')
    }
  }

  async function find(making: OrderMaking, purpose: Purpose): Promise<void> {
    const { attempt } = making
    const look = await lookFor(making, purpose)
    await checkouts.concludeMaking(attempt.id, look)
    if (look.kind === 'found')
      log.info({ paymentId: attempt.id, orderId: look.orderId }, 'order of a checkout found')
  }

  async function lookFor(
    { attempt, checkoutId, cart, newestOrder }: OrderMaking,
    purpose: Purpose,
  ): Promise<MakingLook> {
    try {
      const context = lookContext(attempt, { caller: 'reconciliation', purpose, log })
      const orders = await checkoutsApi.listOrdersOfCart(checkoutId, context)
      const made = newestOf(
        orders.filter(
          (order) =>
            order.id > newestOrder &&
            mayBeMade.has(order.source) &&
            // An earlier making, whose answer was lost too, may have made it.
            !isOfEarlierCart(order, cart),
        ),
      )
      return made ? { kind: 'found', orderId: made.id } : { kind: 'empty' }
    } catch (err) {
      log.warn({ paymentId: attempt.id, err }, 'look for an order failed')
      return { kind: 'failed' }
    }
  }
}

/** What an order that we had made says of its source, or nothing. */
const mayBeMade = new Set(['checkout_api', ''])

const newestOf = (orders: readonly Order[]) =>
  orders.reduce<Order | null>((one, other) => (one && one.id > other.id ? one : other), null)
