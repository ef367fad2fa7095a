import 'server-only'
import { setting } from './setting'

/** An order of BigCommerce, as far as the shop shows it. */
export interface Order {
  readonly id: number
  /** 0 for a guest's. */
  readonly customer_id: number
  readonly currency_code: string
  /** Decimal text. */
  readonly total_inc_tax: string
}

/** What is in the basket. A real shop has a cart of the shopper's. */
const basket = [
  { name: 'Forest at dawn, print', quantity: 1, price_inc_tax: 10.98, price_ex_tax: 10 },
  { name: 'Oak frame, 50 × 70', quantity: 1, price_inc_tax: 50, price_ex_tax: 45 },
]

/** Makes an order of status 0 (Incomplete), which is what can be paid. */
export async function createOrder(customerId: number): Promise<Order> {
  const billing_address = {
    first_name: 'Jane',
    last_name: 'Doe',
    street_1: '123 Main Street',
    city: 'Austin',
    state: 'Texas',
    zip: '78751',
    country: 'United States',
    country_iso2: 'US',
    email: 'jane@example.com',
  }
  const answer = await callStore('POST', '/v2/orders', {
    status_id: 0,
    customer_id: customerId,
    billing_address,
    products: basket,
  })
  if (!answer.ok) throw new Error(`The store answered ${answer.status} to a new order.`)
  return (await answer.json()) as Order
}

/** @returns null where the store has no such order. */
export async function readOrder(id: number): Promise<Order | null> {
  const answer = await callStore('GET', `/v2/orders/${id}`)
  if (answer.status === 404) return null
  if (!answer.ok) throw new Error(`The store answered ${answer.status} to order ${id}.`)
  return (await answer.json()) as Order
}

const callStore = (method: 'GET' | 'POST', path: string, body?: object): Promise<Response> =>
  fetch(`${setting('BIGCOMMERCE_API_URL')}${path}`, {
    method,
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      'x-auth-token': setting('BIGCOMMERCE_ACCESS_TOKEN'),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    cache: 'no-store',
  })
