import 'server-only'
import { setting } from './setting'

/** What is in the basket. A real shop reads the shopper's own cart. */
export const basket = [
  { name: 'Forest at dawn, print', quantity: 1, price_inc_tax: 10.98, price_ex_tax: 10 },
  { name: 'Oak frame, 50 × 70', quantity: 1, price_inc_tax: 50, price_ex_tax: 45 },
]
export const basketTotal = '60.98'

/**
 * Makes a cart of the basket: in the demo, by a control call of its simulated store. A real shop does it with the GraphQL Storefront API
 * (`cart.createCart`, and the mutations below `checkout` for addresses and shipping), whose token may only do what a shopper may. Neither
 * takes the store's own token.
 *
 * @returns the cart's id, which its checkout has too.
 */
export async function createCart(customerId: number): Promise<string> {
  const answer = await fetch(`${setting('SANDBOX_CONTROL_URL')}/checkouts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ customer_id: customerId, products: basket }),
    cache: 'no-store',
  })
  if (!answer.ok) throw new Error(`The store answered ${answer.status} to a new cart.`)
  return ((await answer.json()) as { data: { id: string } }).data.id
}
