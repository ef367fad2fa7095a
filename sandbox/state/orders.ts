import { STORE_CURRENCY } from '../data/balances.ts'
import type { Order, OrderChange, OrderPayment } from './order.ts'
import type { OrderEdit, OrderInput } from './order-input.ts'
import { totalOf } from './order-total.ts'

const DEFAULT_STATUS_ID = 1

export type Orders = ReturnType<typeof createOrders>

export function createOrders({ firstOrderId, now }: { firstOrderId: number; now: () => number }) {
  const orders = new Map<number, Order>()
  let nextId = firstOrderId
  let shifts = 0

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
    all: (): Order[] => [...orders.values()],
    /** Oldest first. */
    ofCart: (cartId: string): Order[] =>
      [...orders.values()].filter((order) => order.input.cart_id?.toLowerCase() === cartId.toLowerCase()),
    /** A list that moves on by one row with each read of a page: a reader of several pages may miss a row. */
    shifted(rows: readonly Order[]): Order[] {
      const first = shifts++ % Math.max(1, rows.length)
      return [...rows.slice(first), ...rows.slice(0, first)]
    },
    /** An order that is not made: what a checkout would become. */
    draft: (input: OrderInput): Order => openOrder(0, input, now()),
    create: (input: OrderInput, listLagMs = 0): Order =>
      replace(openOrder(nextId++, input, now(), listLagMs)),
    edit(id: number, edit: OrderEdit): Order {
      const order = current(id)
      const products = edit.products ?? order.input.products
      const input: OrderInput = { ...order.input, ...given(edit), products }
      const statusId = edit.status_id
      return replace({
        ...order,
        input,
        customerId: input.customer_id ?? 0,
        total: totalOf(products, input, order.currency),
        changes: statusId === undefined ? order.changes : [...order.changes, { at: now(), statusId }],
        editedAt: now(),
      })
    },
    archive: (id: number): Order => replace({ ...current(id), isDeleted: true, editedAt: now() }),
    change(id: number, changes: readonly OrderChange[]): Order {
      const order = current(id)
      return replace({ ...order, changes: [...order.changes, ...changes] })
    },
    /** From `at` on the order owes again what gateways had reserved. */
    endPayments(id: number, at: number): Order {
      const order = current(id)
      const payments = order.payments.map((payment) =>
        payment.providerId === '' ? payment : { ...payment, until: at },
      )
      return replace({ ...order, payments })
    },
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

function openOrder(id: number, input: OrderInput, now: number, listLagMs = 0): Order {
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
    listedAt: now + listLagMs,
    editedAt: now,
    changes: [{ at: now, statusId: input.status_id ?? DEFAULT_STATUS_ID }],
    payments: [],
    total: totalOf(input.products, input, currency),
    isDeleted: false,
  }
}

/** Fields that an edit names; `undefined` names nothing. */
const given = (edit: OrderEdit): OrderEdit =>
  Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined))
