import { STORE_CURRENCY } from '../data/balances.ts'
import type { Order, OrderChange, OrderPayment } from './order.ts'
import type { OrderEdit, OrderInput } from './order-input.ts'
import { totalOf } from './order-total.ts'

const DEFAULT_STATUS_ID = 1

export type Orders = ReturnType<typeof createOrders>

export function createOrders({ firstOrderId, now }: { firstOrderId: number; now: () => number }) {
  const orders = new Map<number, Order>()
  let nextId = firstOrderId

  const replace = (order: Order): Order => {
    orders.set(order.id, order)
    return order
  }
  const current = (id: number): Order => {
    const order = orders.get(id)
    if (!order) throw new Error(`There is no order ${id}.`)
    return order
  }

  return {
    find: (id: number): Order | undefined => orders.get(id),
    findByCart: (cartId: string): Order | undefined =>
      [...orders.values()].find((order) => order.input.cart_id === cartId),
    create: (input: OrderInput): Order => replace(openOrder(nextId++, input, now())),
    edit(id: number, edit: OrderEdit): Order {
      const order = current(id)
      const products = edit.products ?? order.products
      const changes =
        edit.status_id === undefined
          ? order.changes
          : [...order.changes, { at: now(), statusId: edit.status_id }]
      return replace({
        ...order,
        products,
        total: totalOf(products, order.input, order.currency),
        changes,
      })
    },
    archive: (id: number): Order => replace({ ...current(id), isDeleted: true }),
    addPayment(id: number, payment: OrderPayment, changes: readonly OrderChange[]): Order {
      const order = current(id)
      return replace({
        ...order,
        payments: [...order.payments, payment],
        changes: [...order.changes, ...changes],
      })
    },
  }
}

function openOrder(id: number, input: OrderInput, now: number): Order {
  const currency = input.default_currency_code ?? input.currency_code ?? STORE_CURRENCY
  return {
    id,
    customerId: input.customer_id ?? 0,
    currency,
    displayCurrency: input.currency_code ?? currency,
    source: input.order_source ?? 'external',
    isDigital: input.order_is_digital ?? input.products.every((product) => product.type === 'digital'),
    input,
    createdAt: now,
    changes: [{ at: now, statusId: input.status_id ?? DEFAULT_STATUS_ID }],
    payments: [],
    products: input.products,
    total: totalOf(input.products, input, currency),
    isDeleted: false,
  }
}
