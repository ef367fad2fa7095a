import { expect, test } from 'vitest'
import type { Order } from '../../src/domain/order.ts'
import { createFindMadeOrders } from '../../src/services/find-made-orders.ts'
import type { MakingLook } from '../../src/stores/order-making.ts'
import { attemptOf } from '../domain/samples.ts'
import { contextOf, orderOf } from './fakes.ts'

const checkoutId = '0a1b2c3d-0000-4000-8000-00000000abcd'
/** The cart as the making saw it, last edited half a second after a full one. */
const cart = { contents: 'two posters', editedAtMs: 100_500 }

/** What a look for the order of a lost making brings, where these are the orders of its checkout. */
async function lookAmong(orders: readonly Order[]): Promise<MakingLook | undefined> {
  const looks: MakingLook[] = []
  const find = createFindMadeOrders({
    checkoutsApi: { listOrdersOfCart: async () => [...orders] },
    checkouts: {
      leaseMakings: async () => [
        { attempt: attemptOf({ status: 'claimed' }), checkoutId, cart, newestOrder: 117 },
      ],
      concludeMaking: async (_id, look) => void looks.push(look),
    },
    log: contextOf().log,
  })
  await find('reconciling')
  return looks[0]
}

const made = (change: Partial<Order> = {}) =>
  orderOf({ cartId: checkoutId, source: 'checkout_api', createdAtMs: 100_000, ...change })

test.each<[string, Order[], MakingLook]>([
  ['in the second in which the cart was last edited', [made()], { kind: 'found', orderId: 118 }],
  ['at a moment that it does not say', [made({ createdAtMs: null })], { kind: 'found', orderId: 118 }],
  ['before the cart was what the making saw', [made({ createdAtMs: 99_000 })], { kind: 'empty' }],
  ['before the making began', [made({ id: 117 })], { kind: 'empty' }],
  ['in another way', [made({ source: 'www' })], { kind: 'empty' }],
  ['later than another one', [made({ id: 120 }), made()], { kind: 'found', orderId: 120 }],
  [
    'later than one that counts, of an earlier cart',
    [made(), made({ id: 119, createdAtMs: 99_000 })],
    { kind: 'found', orderId: 118 },
  ],
])('an order that was made %s', async (_what, orders, look) => {
  expect(await lookAmong(orders)).toEqual(look)
})
