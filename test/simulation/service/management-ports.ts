import { type ManagementApi, problemOfUnreadOrder } from '../../../src/clients/bigcommerce/management-api.ts'
import { readOrderTransactions } from '../../../src/clients/bigcommerce/order-transactions.ts'
import { Problem } from '../../../src/domain/problem.ts'
import { Sealed } from '../../../src/domain/sealed.ts'
import type { Transaction } from '../../../src/domain/transaction.ts'
import type { Run } from '../engine/run.ts'
import type { BigCommerce } from '../upstream/big-commerce.ts'
import { readOrder, readTransactions, type StoreOrder } from '../upstream/store-order.ts'
import { transactionsPage } from '../upstream/transaction-pages.ts'
import type { Ports } from './ports.ts'

/** A node's way to the management host. What fails here has failed after all its tries. */
export function createManagementPorts(
  run: Run,
  ports: Ports,
  bigCommerce: BigCommerce,
  readPages = readOrderTransactions,
): ManagementApi {
  const now = run.scheduler.now
  const { hazards } = run.scenario

  const read = <T>(what: string, work: () => T): Promise<T> =>
    ports.call(what, () => {
      if (run.strikes('read_failed')) throw new Problem('upstream_unavailable')
      return work()
    })

  /** @throws Problem as the management host's client would. */
  function readable(orderId: number): StoreOrder {
    const order = bigCommerce.orderOf(orderId)
    if (order.unreadable === null) return order
    throw problemOfUnreadOrder({
      status: order.unreadable === 'deleted' ? 404 : 403,
      headers: {},
      json: undefined,
    })
  }

  function shownOf(orderId: number): Transaction[] {
    const transactions = readTransactions(readable(orderId), now())
    run.trace?.(
      'upstream',
      `order ${orderId} shows [${transactions.map(({ event, status, money }) => `${event} ${status} ${money?.amount}`).join(', ')}]`,
    )
    return transactions
  }

  return {
    getOrder: (orderId) =>
      read(`read order ${orderId}`, () => {
        if (bigCommerce.orderOf(orderId).unreadable === 'deleted') return null
        const order = readOrder(readable(orderId), now(), bigCommerce.clock())
        const { statusId, paymentStatus, due } = order
        run.trace?.('upstream', `order ${orderId} shows ${statusId} '${paymentStatus}', due ${due?.amount}`)
        return order
      }),

    listPaymentMethods: (orderId) =>
      read(`list the methods of ${orderId}`, () => ({ methods: [], leftOut: 0 })),

    listTransactions: (orderId) =>
      hazards.pages === null && hazards.oddEntries === 0
        ? read(`read transactions of ${orderId}`, () => ({
            transactions: shownOf(orderId),
            isWhole: true,
            showsAllVoids: true,
            answeredAtMs: bigCommerce.clock(),
          }))
        : readPages({
            orderId,
            read: (query) =>
              read(`read transactions of ${orderId} ${query}`, () =>
                transactionsPage({
                  transactions: shownOf(orderId),
                  query,
                  nowMs: bigCommerce.clock(),
                  run,
                }),
              ),
            problemOf: problemOfUnreadOrder,
          }),

    createPaymentAccessToken: (orderId) =>
      ports.call(`mint a PAT for ${orderId}`, () => {
        if (run.strikes('mint_failed')) throw new Problem('upstream_unavailable')
        return { token: new Sealed(bigCommerce.mint(orderId)), mintedAtMs: bigCommerce.clock() }
      }),
  }
}
