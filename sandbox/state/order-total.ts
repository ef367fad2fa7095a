import { toMinorUnits, toOrderDecimal } from '../money.ts'
import type { Amount, CostName, Product } from './order-input.ts'

export type OrderTotal = {
  /** Minor units. A total that was given is rounded to them. */
  readonly incTax: number
  readonly exTax: number
  /** As orders show it: a total that was given keeps all its places. */
  readonly incTaxShown: string
  readonly exTaxShown: string
}

type Costs = Partial<Record<CostName, Amount | undefined>>

/** The totals that the order states, else the sum of its lines and costs. */
export function totalOf(products: readonly Product[], costs: Costs, currency: string): OrderTotal {
  const incTax = costs.total_inc_tax ?? costs.total_ex_tax
  const exTax = costs.total_ex_tax ?? costs.total_inc_tax
  const summed = {
    incTax: sumOf(products, costs, currency, 'inc_tax'),
    exTax: sumOf(products, costs, currency, 'ex_tax'),
  }
  return {
    incTax: incTax === undefined ? summed.incTax : toMinorUnits(incTax, currency),
    exTax: exTax === undefined ? summed.exTax : toMinorUnits(exTax, currency),
    incTaxShown: incTax === undefined ? toOrderDecimal(summed.incTax, currency) : asGiven(incTax),
    exTaxShown: exTax === undefined ? toOrderDecimal(summed.exTax, currency) : asGiven(exTax),
  }
}

const COSTS = ['shipping_cost', 'handling_cost', 'wrapping_cost'] as const

/** Each line is rounded to the currency before lines are summed, as shoppers see them. */
function sumOf(
  products: readonly Product[],
  costs: Costs,
  currency: string,
  tax: 'inc_tax' | 'ex_tax',
): number {
  const lines = products.map((product) =>
    toMinorUnits(Number((Number(product[`price_${tax}`]) * product.quantity).toPrecision(15)), currency),
  )
  const extras = COSTS.map((cost) => toMinorUnits(costs[`${cost}_${tax}`] ?? 0, currency))
  const discount = toMinorUnits(costs.discount_amount ?? 0, currency)
  return Math.max(0, [...lines, ...extras].reduce((total, amount) => total + amount, 0) - discount)
}

/** With four places at least, as V2 writes amounts, and more where more were given. */
function asGiven(amount: Amount): string {
  const [whole = '0', places = ''] = String(amount).split('.')
  return `${whole}.${places.padEnd(4, '0')}`
}
