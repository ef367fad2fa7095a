import type { Run } from '../engine/run.ts'
import type { OrderPlan } from '../scenario/scenario.ts'
import { CURRENCY, STATUS, type StoreOrder, type StoreTransaction } from './store-order.ts'

/** Every order of the store, those that are made of checkouts later among them. */
export interface StoreOrders {
  readonly all: readonly StoreOrder[]
  find(id: number): StoreOrder | undefined
  /** The newest order of what the scenario calls its n-th. */
  at(planIndex: number): StoreOrder | undefined
  add(order: NewOrder): StoreOrder
}

export interface NewOrder {
  readonly planIndex: number
  readonly plan: OrderPlan
  readonly cartId: string | null
  readonly source: string
  /** null for a guest's. */
  readonly customerId: number | null
  /** How long lists do not show it. */
  readonly listedAfterMs: number
}

const FIRST_ORDER_ID = 100

const always = { fromMs: 0, flash: null }

/** The trace of a card that was declined elsewhere, before the first request to us. */
const declinedElsewhere = (id: number, amount: number): StoreTransaction => ({
  transaction: {
    id,
    event: 'purchase',
    status: 'error',
    money: { amount, currency: CURRENCY },
    paymentMethodId: 'stripe.card',
    referenceId: null,
    createdAtMs: null,
    method: '',
    gatewayTransactionId: '',
  },
  shown: always,
  charge: null,
})

/** @param clock BigCommerce's. */
export function createStoreOrders({ scenario, scheduler }: Run, clock: () => number): StoreOrders {
  const { hazards, upstream } = scenario
  const earlier = (hazards.pages?.earlierDeclines ?? 0) + (upstream.wasDeclinedElsewhere ? 1 : 0)
  const all: StoreOrder[] = []

  function add({ planIndex, plan, cartId, source, customerId, listedAfterMs }: NewOrder): StoreOrder {
    const { totalMinor, balanceMinor } = plan
    const order: StoreOrder = {
      id: FIRST_ORDER_ID + all.length,
      planIndex,
      customerId,
      cartId,
      source,
      createdAtMs: clock(),
      createdAtTrueMs: scheduler.now(),
      listedFromMs: scheduler.now() + listedAfterMs,
      balanceMinor,
      underWay: 0,
      unreadable: null,
      changes: [
        {
          shown: always,
          statusId: STATUS.incomplete,
          paymentStatus: '',
          partsMinor: 0,
          totalMinor,
          isArchived: false,
        },
      ],
      transactions: Array.from({ length: earlier }, (_, place) =>
        declinedElsewhere(1_000 + place, totalMinor),
      ),
      charges: [],
    }
    all.push(order)
    return order
  }

  return {
    all,
    find: (id) => all[id - FIRST_ORDER_ID],
    at: (planIndex) => all.findLast((order) => order.planIndex === planIndex),
    add,
  }
}
