import { toMajorUnits } from '../money.ts'
import { type Checkout, orderOf } from '../state/checkouts.ts'
import type { Order } from '../state/order.ts'
import { standingOf } from '../state/order-standing.ts'
import type { Settings } from '../state/settings.ts'
import type { World } from '../world.ts'

/** As the API shows it: the checkout as it is, and what it was told to show otherwise. */
export function shownCheckout(world: World, checkout: Checkout) {
  const view = checkoutView(world, checkout)
  const isDated = world.settings.checkout_times !== 'none'
  return world.oddFields.shown('checkout', checkout.id, isDated ? view : undated(view))
}

function undated({ created_time: _created, updated_time: _updated, ...view }: CheckoutView) {
  const { created_time: _made, updated_time: _edited, ...cart } = view.cart
  return { ...view, cart }
}

type CheckoutView = ReturnType<typeof checkoutView>

/** The V3 shape. Amounts are numbers in major units; `order_id` is text, or null. */
export function checkoutView(world: World, checkout: Checkout) {
  const { total } = world.orders.draft(orderOf(checkout))
  const major = (minor: number) => toMajorUnits(minor, checkout.currency_code)
  const times = timesOf(checkout, world.settings)
  const items = checkout.products.map(({ name, product_id, quantity, price_inc_tax }, index) => ({
    id: `${checkout.id}-${index + 1}`,
    product_id: product_id ?? null,
    name: name ?? '',
    quantity,
    list_price: Number(price_inc_tax),
  }))
  return {
    id: checkout.id,
    cart: {
      id: checkout.id,
      customer_id: checkout.customer_id,
      channel_id: 1,
      email: '',
      currency: { code: checkout.currency_code },
      base_amount: major(total.incTax),
      cart_amount: major(total.incTax),
      line_items: { physical_items: items, digital_items: [], gift_certificates: [], custom_items: [] },
      ...times,
    },
    subtotal_inc_tax: major(total.incTax),
    subtotal_ex_tax: major(total.exTax),
    tax_total: major(total.incTax - total.exTax),
    grand_total: major(total.incTax),
    order_id: orderIdShown(world, checkout),
    ...times,
  }
}

/** The documentation's examples have whole seconds and a zone of `+00:00`. */
function timesOf({ createdAt, editedAt }: Checkout, { checkout_times: how }: Settings) {
  const said = (at: number): string => {
    const exact = new Date(at).toISOString()
    return how === 'milliseconds' ? exact : exact.replace(/\.\d+Z$/, '+00:00')
  }
  return { created_time: said(createdAt), updated_time: said(editedAt) }
}

/** Which of several orders BigCommerce names is not documented. */
function orderIdShown(world: World, checkout: Checkout): string | null {
  const orders = world.orders.ofCart(checkout.id)
  switch (world.settings.checkout_order_id) {
    case 'none':
      return null
    case 'oldest':
      return idOf(orders.at(0))
    case 'paid':
      return idOf(orders.find((order) => isPaid(order, world.now())))
    default:
      return idOf(orders.at(-1))
  }
}

const idOf = (order: Order | undefined) => (order ? String(order.id) : null)

const isPaid = (order: Order, now: number): boolean => {
  const { payments, remaining } = standingOf(order, now)
  return payments.length > 0 && remaining === 0
}

/** Whether its cart is there: not thrown away, and no order of it paid. It does not come back when that payment is voided. */
export const isOpen = (world: World, checkout: Checkout): boolean =>
  checkout.deletedAt === undefined && !isConverted(world, checkout)

function isConverted({ orders, now }: World, checkout: Checkout): boolean {
  return orders.ofCart(checkout.id).some((order) => {
    const paid = order.payments.filter(({ at }) => at <= now())
    return paid.length > 0 && paid.reduce((total, { amount }) => total + amount, 0) >= order.total.incTax
  })
}
