import { toMinorUnits } from '../money.ts'
import type { OrderInput, Product } from './order-input.ts'

export type OrderTotal = { readonly incTax: number; readonly exTax: number }

type Costs = Pick<OrderInput, 'shipping_cost_inc_tax' | 'shipping_cost_ex_tax' | 'discount_amount'>

/** Each line is rounded to the currency before lines are summed, as shoppers see them. */
export function totalOf(products: readonly Product[], costs: Costs, currency: string): OrderTotal {
  const line = (price: number | string, quantity: number) =>
    toMinorUnits(Number((Number(price) * quantity).toPrecision(15)), currency)
  const discount = toMinorUnits(costs.discount_amount ?? 0, currency)
  const sum = (priceOf: (product: Product) => number | string, shipping: number | string) =>
    products.reduce((total, product) => total + line(priceOf(product), product.quantity), 0) +
    toMinorUnits(shipping, currency) -
    discount
  return {
    incTax: Math.max(
      0,
      sum((product) => product.price_inc_tax, costs.shipping_cost_inc_tax ?? 0),
    ),
    exTax: Math.max(
      0,
      sum((product) => product.price_ex_tax, costs.shipping_cost_ex_tax ?? 0),
    ),
  }
}
