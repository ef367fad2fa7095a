import { exampleOrder } from './example-order.ts'
import type { Shown } from './shop-carts.ts'

interface V2Order {
  readonly id: number
  readonly customer_id: number
  readonly status_id: number
  readonly currency_code: string
  readonly total_inc_tax: string
  readonly billing_address: {
    readonly first_name: string
    readonly last_name: string
    readonly email: string
  }
}

interface V2Product {
  readonly name: string
  readonly quantity: number
  readonly price_inc_tax: number | string
}

/** Incomplete, Pending (a part may be paid) and Declined. */
const unpaidStatusIds = new Set([0, 1, 6])

/** Makes and reads orders as a storefront's backend does, with BigCommerce's V2 orders API. */
export function createStoreOrders(store: { readonly managementUrl: string; readonly accessToken: string }) {
  const known = new Set<number>()

  async function call<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
    const answer = await fetch(`${store.managementUrl}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        'x-auth-token': store.accessToken,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`The orders API answered ${answer.status} to ${method} ${path}.`)
    return (await answer.json()) as T
  }

  return {
    async create(): Promise<number> {
      const { id } = await call<V2Order>('POST', '/v2/orders', exampleOrder)
      known.add(id)
      return id
    },

    /** @returns null for an order that was not made here. */
    async read(id: number): Promise<Shown | null> {
      if (!known.has(id)) return null
      const [order, products] = await Promise.all([
        call<V2Order>('GET', `/v2/orders/${id}`),
        call<V2Product[]>('GET', `/v2/orders/${id}/products`),
      ])
      return shown(order, products)
    },
  }
}

export type StoreOrders = ReturnType<typeof createStoreOrders>

const shown = (order: V2Order, products: readonly V2Product[]): Shown => ({
  id: order.id,
  customer_id: order.customer_id,
  currency: order.currency_code,
  total: order.total_inc_tax,
  is_paid: !unpaidStatusIds.has(order.status_id),
  shopper: {
    name: `${order.billing_address.first_name} ${order.billing_address.last_name}`,
    email: order.billing_address.email,
  },
  items: products.map(({ name, quantity, price_inc_tax }) => ({
    name,
    quantity,
    price: String(price_inc_tax),
  })),
})
