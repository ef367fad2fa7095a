import { STORE_CURRENCY } from '../data/balances.ts'
import { toMinorUnits, toOrderDecimal } from '../money.ts'
import type { Order, OrderPayment } from '../state/order.ts'
import type { Amount } from '../state/order-input.ts'
import { type OrderStanding, standingOf } from '../state/order-standing.ts'
import type { Settings } from '../state/settings.ts'
import type { World } from '../world.ts'

/** As the API shows it: the order as it is, and what it was told to show otherwise. */
export function shownOrder({ now, settings, oddFields }: World, order: Order) {
  const view = orderView(order, now())
  const payment_status = inCase(view.payment_status, settings.payment_status_case)
  return oddFields.shown('order', order.id, { ...view, payment_status })
}

function inCase(word: string, letters: Settings['payment_status_case']): string {
  if (letters === 'upper') return word.toUpperCase()
  return letters === 'lower' ? word : word.charAt(0).toUpperCase() + word.slice(1)
}

/** The V2 shape: a bare object, amounts as text with four places, RFC 2822 dates. */
export function orderView(order: Order, now: number) {
  const standing = standingOf(order, now)
  return {
    id: order.id,
    customer_id: order.customerId,
    date_created: toRfc2822(order.createdAt),
    date_modified: toRfc2822(standing.modifiedAt),
    status_id: standing.statusId,
    status: ORDER_STATUSES[standing.statusId] ?? '',
    custom_status: ORDER_STATUSES[standing.statusId] ?? '',
    cart_id: order.input.cart_id ?? null,
    channel_id: 1,
    external_id: order.input.external_id ?? null,
    order_source: order.source,
    order_is_digital: order.isDigital,
    is_deleted: order.isDeleted,
    items_total: order.input.products.reduce((total, product) => total + product.quantity, 0),
    billing_address: order.input.billing_address,
    shipping_address_count: order.input.shipping_addresses?.length ?? 0,
    ...moneyView(order, standing),
    ...paymentView(standing),
    ...linksView(order.id),
  }
}

function moneyView(order: Order, { payments }: OrderStanding) {
  const decimal = (minorUnits: number) => toOrderDecimal(minorUnits, order.currency)
  const paidBy = (methodId: string) => decimal(sumOf(payments, methodId))
  return {
    subtotal_inc_tax: decimal(order.total.incTax),
    subtotal_ex_tax: decimal(order.total.exTax),
    subtotal_tax: decimal(order.total.incTax - order.total.exTax),
    total_inc_tax: order.total.incTaxShown,
    total_ex_tax: order.total.exTaxShown,
    ...costsView(order),
    total_tax: decimal(order.total.incTax - order.total.exTax),
    currency_code: order.displayCurrency,
    default_currency_code: order.currency,
    store_default_currency_code: STORE_CURRENCY,
    currency_exchange_rate: '1.0000000000',
    store_default_to_transactional_exchange_rate: '1.0000000000',
    store_credit_amount: paidBy('bigcommerce.store_credit'),
    gift_certificate_amount: paidBy('bigcommerce.gift_certificate'),
    // Documented as always 0, whatever was refunded.
    refunded_amount: '0.0000',
  }
}

const COSTS = ['shipping_cost', 'handling_cost', 'wrapping_cost'] as const

function costsView({ input, currency }: Order) {
  const decimal = (amount: Amount = 0) => toOrderDecimal(toMinorUnits(amount, currency), currency)
  const costs = COSTS.flatMap((cost) => [
    [`${cost}_inc_tax`, decimal(input[`${cost}_inc_tax`])],
    [`${cost}_ex_tax`, decimal(input[`${cost}_ex_tax`])],
  ])
  return { ...Object.fromEntries(costs), discount_amount: decimal(input.discount_amount) }
}

function paymentView({ payments, paymentStatus }: OrderStanding) {
  return {
    payment_status: paymentStatus,
    payment_method: payments.at(-1)?.label ?? '',
    payment_provider_id: payments.at(-1)?.providerId ?? '',
    ip_address: '',
  }
}

function linksView(id: number) {
  const link = (resource: string) => ({
    url: `/v2/orders/${id}/${resource}`,
    resource: `/orders/${id}/${resource}`,
  })
  return { products: link('products'), shipping_addresses: link('shipping_addresses') }
}

function sumOf(payments: readonly OrderPayment[], methodId: string): number {
  return payments
    .filter((payment) => payment.paymentMethodId === methodId)
    .reduce((total, payment) => total + payment.amount, 0)
}

const toRfc2822 = (at: number) => new Date(at).toUTCString().replace('GMT', '+0000')

/** By `status_id`. The numbers are fixed; a merchant can rename the words. */
const ORDER_STATUSES: readonly string[] = [
  'Incomplete',
  'Pending',
  'Shipped',
  'Partially Shipped',
  'Refunded',
  'Cancelled',
  'Declined',
  'Awaiting Payment',
  'Awaiting Pickup',
  'Awaiting Shipment',
  'Completed',
  'Awaiting Fulfillment',
  'Manual Verification Required',
  'Disputed',
  'Partially Refunded',
]
