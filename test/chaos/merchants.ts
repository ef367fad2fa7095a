import type { Sandbox } from '../../sandbox/start-sandbox.ts'
import type { Random } from './random.ts'

type Act = readonly [name: string, act: (sandbox: Sandbox, orderId: number) => unknown]

/** What people in the control panel, and the store's other software, do to an order while it is being paid. */
const acts: readonly [Act, ...Act[]] = [
  ['void', (sandbox, id) => ask(sandbox, 'POST', `/v3/orders/${id}/payment_actions/void`)],
  ['capture', (sandbox, id) => ask(sandbox, 'POST', `/v3/orders/${id}/payment_actions/capture`)],
  ['discount', ({ orders }, id) => orders.edit(id, { total_inc_tax: 50.98 })],
  ['made dearer', ({ orders }, id) => orders.edit(id, { total_inc_tax: 70.98 })],
  ['cancelled', ({ orders }, id) => orders.edit(id, { status_id: 5 })],
  ['awaiting payment', ({ orders }, id) => orders.edit(id, { status_id: 7 })],
  ['opened again', ({ orders }, id) => orders.edit(id, { status_id: 0 })],
  ['archived', (sandbox, id) => ask(sandbox, 'DELETE', `/v2/orders/${id}`)],
]

/** How many of the latest orders a merchant chooses from: those whose shoppers are still there. */
const latest = 40
const latestCarts = 12

/** Does something to one of the latest orders. @param only a part of the names to choose from. @returns what was done. */
export async function actAsMerchant(
  sandbox: Sandbox,
  random: Random,
  { orderIds, only }: { readonly orderIds: readonly number[]; readonly only: string },
): Promise<string | null> {
  const [first, ...rest] = acts.filter(([name]) => name.includes(only))
  const [name, act] = random.pick(first ? [first, ...rest] : acts)
  const orderId = orderIds[orderIds.length - random.between(1, Math.min(latest, orderIds.length))]
  if (orderId === undefined) return null
  await act(sandbox, orderId)
  return name
}

type CartAct = readonly [name: string, act: (checkouts: Sandbox['checkouts'], id: string) => unknown]

const product = { name: 'BigCommerce Poster', quantity: 1, price_inc_tax: 60.98, price_ex_tax: 55 }

/** What a shopper in another window, and the store's other software, do to a cart while it is being paid. */
const cartActs: readonly [CartAct, ...CartAct[]] = [
  [
    'cart made dearer',
    (checkouts, id) => checkouts.edit(id, { products: [{ ...product, price_inc_tax: 70.98 }] }),
  ],
  ['cart as dear as before', (checkouts, id) => checkouts.edit(id, { products: [product] })],
  [
    'other things for as much',
    (checkouts, id) => checkouts.edit(id, { products: [{ ...product, name: 'Another poster' }] }),
  ],
  ['order made by another application', (checkouts, id) => checkouts.makeOrder(id)],
  ['order made at the storefront', (checkouts, id) => checkouts.makeOrder(id, { order_source: 'www' })],
  ['cart thrown away', (checkouts, id) => checkouts.drop(id)],
]

/** Does something to one of the latest carts. @param only a part of the names to choose from. @returns what was done. */
export function actOnCart(
  { checkouts }: Sandbox,
  random: Random,
  { checkoutIds, only }: { readonly checkoutIds: readonly string[]; readonly only: string },
): string | null {
  const [first, ...rest] = cartActs.filter(([name]) => name.includes(only))
  const [name, act] = random.pick(first ? [first, ...rest] : cartActs)
  const id = checkoutIds[checkoutIds.length - random.between(1, Math.min(latestCarts, checkoutIds.length))]
  if (id === undefined) return null
  act(checkouts, id)
  return name
}

async function ask({ managementUrl, accessToken }: Sandbox, method: string, path: string): Promise<void> {
  const send = () =>
    fetch(`${managementUrl}${path}`, {
      method,
      headers: {
        'x-auth-token': accessToken,
        accept: 'application/json',
        'content-type': 'application/json',
      },
      ...(method === 'POST' ? { body: '{}' } : {}),
    })
  // A connection that was kept may be closed just as it is used again.
  await send().catch(send)
}
