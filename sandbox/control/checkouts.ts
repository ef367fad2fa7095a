import { z } from 'zod'
import { checkedInput, InvalidInput } from '../checked-input.ts'
import { checkoutView, isOpen } from '../routes/checkout-view.ts'
import { orderView } from '../routes/order-view.ts'
import type { Runtime } from '../runtime.ts'
import type { ChargeReport } from '../state/charges.ts'
import {
  type Checkout,
  type CheckoutEdit,
  CheckoutEditSchema,
  type CheckoutInput,
  CheckoutInputSchema,
  orderOf,
} from '../state/checkouts.ts'
import type { World } from '../world.ts'

const MakeOrderSchema = z.strictObject({
  order_source: z.string().min(1).default('checkout_api'),
  /** Major units; the cart's total unless given. */
  total_inc_tax: z.number().min(0).optional(),
  customer_id: z.int().min(0).optional(),
  /** How long lists do not show it; unless given, as the store's switch says. */
  listed_after_ms: z.int().min(0).optional(),
})
export type MakeOrderInput = z.input<typeof MakeOrderSchema>

export type CheckoutReport = {
  readonly id: string
  /** Whether BigCommerce still shows it. */
  readonly is_open: boolean
  /** Every order that was made of it, oldest first, with every charge of it. */
  readonly makings: readonly {
    readonly order_id: number
    readonly at: number
    readonly by: 'request' | 'other_application'
    readonly charges: readonly ChargeReport[]
  }[]
}

/** Checkouts as a storefront makes and changes them, and what really became of each. */
export function checkoutsOf(runtime: Runtime) {
  const found = (id: string): Checkout => {
    const checkout = runtime.world.checkouts.find(id)
    if (!checkout) throw new InvalidInput(`There is no checkout ${id}.`)
    return checkout
  }
  const shown = (checkout: Checkout) => checkoutView(runtime.world, checkout)

  return {
    create: (input: CheckoutInput = {}) =>
      shown(runtime.world.checkouts.create(checkedInput(CheckoutInputSchema, input))),
    edit(id: string, edit: CheckoutEdit) {
      const { id: known } = found(id)
      runtime.world.checkouts.edit(known, checkedInput(CheckoutEditSchema, edit))
      return shown(found(known))
    },
    /** Its cart is thrown away, without an order of it having been paid. */
    drop: (id: string): void => void runtime.world.checkouts.drop(found(id).id),
    /** Another application makes an order of it. */
    makeOrder(id: string, input: MakeOrderInput = {}) {
      const { world } = runtime
      const { listed_after_ms: lagMs, ...fields } = checkedInput(MakeOrderSchema, input)
      const checkout = found(id)
      const order = world.orders.create(
        { ...orderOf(checkout), ...fields },
        lagMs ?? world.settings.orders_list_lag_ms,
      )
      const making = { orderId: order.id, at: world.now(), by: 'other_application' } as const
      world.checkouts.addMaking(checkout.id, making, world.settings.making_touches_cart)
      return orderView(order, world.now())
    },
    list: (): CheckoutReport[] => runtime.world.checkouts.all().map((each) => reportOf(runtime.world, each)),
  }
}

function reportOf(world: World, checkout: Checkout): CheckoutReport {
  const charges = world.charges.list()
  const makings = checkout.makings.map(({ orderId, at, by }) => ({
    order_id: orderId,
    at,
    by,
    charges: charges.filter(({ order_id }) => order_id === orderId),
  }))
  return { id: checkout.id, is_open: isOpen(world, checkout), makings }
}
