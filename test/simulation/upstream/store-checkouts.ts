import type { Run } from '../engine/run.ts'
import type { OrderPlan } from '../scenario/scenario.ts'
import { isPaidState, type StoreOrder, shownState, trueState } from './store-order.ts'
import type { StoreOrders } from './store-orders.ts'

/** A cart that can become orders, as many as are asked for. */
export interface StoreCheckout {
  readonly id: string
  /** Which of the scenario's orders it becomes. */
  readonly planIndex: number
  /** null for a guest's. */
  customerId: number | null
  totalMinor: number
  /** What is in it: another number for other contents. */
  contents: number
  /** By BigCommerce's clock. */
  editedAtMs: number
  /** When it last became something else; only the judge may look. */
  editedAtTrueMs: number
  isDropped: boolean
}

export interface StoreCheckouts {
  readonly all: readonly StoreCheckout[]
  /** Where it has a cart yet: it is deleted once an order of it is paid, and does not come back. */
  find(id: string): StoreCheckout | null
  at(planIndex: number): StoreCheckout | undefined
  /** One of its orders, as the checkout itself names it. */
  orderNamedBy(checkout: StoreCheckout): number | null
  /** Those that lists show. */
  ordersOf(id: string): readonly StoreOrder[]
  /** @returns null where there is no cart to make it from. */
  makeOrder(id: string, source: string): StoreOrder | null
  /** The cart holds something else, and costs so much. */
  edit(checkout: StoreCheckout, totalMinor: number): void
}

const idOf = (index: number) => `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`

export interface StoreCheckoutsOptions {
  readonly orders: StoreOrders
  /** BigCommerce's. */
  readonly clock: () => number
  readonly onMade: (order: StoreOrder) => void
}

/** The checkouts that a scenario's orders are made of. */
export function createStoreCheckouts(run: Run, options: StoreCheckoutsOptions): StoreCheckouts {
  const { orders, clock, onMade } = options
  const { random, scenario, scheduler } = run
  const { checkouts: plan, isOneCheckout } = scenario.hazards
  const plans: readonly OrderPlan[] = isOneCheckout ? scenario.orders.slice(0, 1) : scenario.orders
  const all = plan === null ? [] : plans.map(opened)

  function opened({ totalMinor }: OrderPlan, planIndex: number): StoreCheckout {
    const customerId = plan?.isGuests ? null : 7
    const edited = { contents: 0, editedAtMs: clock(), editedAtTrueMs: scheduler.now() }
    return { id: idOf(planIndex), planIndex, customerId, totalMinor, ...edited, isDropped: false }
  }

  const ofCart = (id: string) => orders.all.filter(({ cartId }) => cartId === id)

  const hasCart = ({ id, isDropped }: StoreCheckout) => !isDropped && !ofCart(id).some(wasPaid)

  /** At any moment that shows: what was voided since has converted the cart all the same. */
  function wasPaid(order: StoreOrder): boolean {
    const shown = scenario.upstream.checksLag ? shownState(order, scheduler.now()) : trueState(order)
    return order.changes.slice(0, order.changes.indexOf(shown) + 1).some(isPaidState)
  }

  const find = (id: string) => {
    const checkout = all.find((each) => each.id === id)
    return checkout && hasCart(checkout) ? checkout : null
  }

  return {
    all,
    find,
    at: (planIndex) => all[isOneCheckout ? 0 : planIndex],

    orderNamedBy({ id }) {
      const made = ofCart(id)
      const named = { newest: made.at(-1), oldest: made.at(0), none: undefined }[plan?.names ?? 'none']
      return named?.id ?? null
    },

    ordersOf: (id) => ofCart(id).filter(({ listedFromMs }) => listedFromMs <= scheduler.now()),

    makeOrder(id, source) {
      const checkout = find(id)
      if (!checkout) return null
      const { planIndex, totalMinor, customerId } = checkout
      const balanceMinor = scenario.orders[planIndex]?.balanceMinor ?? 0
      const listedAfterMs = plan === null || plan.listLagMsMax === 0 ? 0 : random.below(plan.listLagMsMax)
      if (plan?.makingEdits) checkout.editedAtMs = clock()
      const order = orders.add({
        planIndex,
        plan: { totalMinor, balanceMinor },
        cartId: id,
        source,
        customerId,
        listedAfterMs,
      })
      onMade(order)
      return order
    },

    edit(checkout, totalMinor) {
      checkout.totalMinor = totalMinor
      checkout.contents += 1
      checkout.editedAtMs = clock()
      checkout.editedAtTrueMs = scheduler.now()
    },
  }
}
