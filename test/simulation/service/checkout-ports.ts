import type { CheckoutsApi, OrderMaking } from '../../../src/clients/bigcommerce/checkouts-api.ts'
import { Problem } from '../../../src/domain/problem.ts'
import type { Run } from '../engine/run.ts'
import type { BigCommerce } from '../upstream/big-commerce.ts'
import { CURRENCY, readOrder } from '../upstream/store-order.ts'
import { createMakingNetwork } from './making-network.ts'
import type { Ports } from './ports.ts'

/** Hears of each order that is to be made, of what its sender learns, and of each list of a checkout's orders that is read. */
export interface MakingWatch {
  asked(checkoutId: string, requestId: string): void
  answered(checkoutId: string, requestId: string, making: OrderMaking): void
  listed(checkoutId: string, orderIds: readonly number[]): void
}

/** A node's way to the checkouts of the management host. What fails here has failed after all its tries. */
export function createCheckoutPorts(
  run: Run,
  ports: Ports,
  bigCommerce: BigCommerce,
  watch: MakingWatch,
): CheckoutsApi {
  const make = createMakingNetwork(run, bigCommerce)
  const { checkouts } = bigCommerce

  const read = <T>(what: string, work: () => T): Promise<T> =>
    ports.call(what, () => {
      if (run.strikes('list_failed')) throw new Problem('upstream_unavailable')
      return work()
    })

  return {
    getCheckout: (id) =>
      read(`read checkout ${id}`, () => {
        const checkout = checkouts.find(id)
        if (!checkout) return null
        const { customerId, totalMinor, contents, editedAtMs } = checkout
        return {
          id,
          customerId,
          total: { amount: totalMinor, currency: CURRENCY },
          orderId: checkouts.orderNamedBy(checkout),
          cart: { contents: String(contents), editedAtMs },
        }
      }),

    listOrdersOfCart: (id) =>
      read(`list the orders of ${id}`, () => {
        const orders = checkouts.ordersOf(id)
        const shown = orders
          .map((order) => readOrder(order, run.scheduler.now(), bigCommerce.clock()))
          .filter(({ isArchived }) => !isArchived)
        run.trace?.(
          'upstream',
          `${id} has ${shown.map(({ id: orderId, statusId, due }) => `${orderId} in ${statusId} over ${due?.amount}`).join(', ')}`,
        )
        watch.listed(
          id,
          orders.map((order) => order.id),
        )
        return shown
      }),

    listCheckoutMethods: (id) => read(`list the methods of ${id}`, () => ({ methods: [], leftOut: 0 })),

    makeOrder(id, { requestId }) {
      watch.asked(id, requestId)
      run.trace?.('making', `${requestId} asks for an order of ${id}`)
      return ports.exchange(`the making for ${requestId}`, (answer) =>
        make(id, (making) => {
          run.trace?.('making', `${requestId} is told ${making.kind}`)
          watch.answered(id, requestId, making)
          answer(making)
        }),
      )
    },
  }
}
