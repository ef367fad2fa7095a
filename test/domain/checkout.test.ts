import { describe, expect, test } from 'vitest'
import {
  type Checkout,
  type CheckoutReading,
  nextMakingLookMs,
  parseCheckoutId,
  whichOrder,
} from '../../src/domain/checkout.ts'
import type { Order } from '../../src/domain/order.ts'
import { orderOf } from '../services/fakes.ts'

const id = '0a1b2c3d-0000-4000-8000-00000000abcd'
const cart = { contents: 'two posters', editedAtMs: 100_000 }
const checkout: Checkout = {
  id,
  customerId: 7,
  total: { amount: 6098, currency: 'USD' },
  orderId: null,
  cart,
}
/** As the API makes it, right after the cart was last edited. */
const order = (change: Partial<Order> = {}) =>
  orderOf({ cartId: id, source: 'checkout_api', createdAtMs: 101_000, ...change })

const choose = (change: Partial<CheckoutReading>) => {
  const reading = { checkout, orders: [], bound: null, made: [], expectedAmount: 6098, customerId: null }
  const choice = whichOrder({ ...reading, ...change })
  return 'order' in choice ? `${choice.kind} ${choice.order.id}` : choice.kind
}
const bound = { orderId: 118, hasPart: false }

describe('which order of a checkout is paid', () => {
  test('none, where there is none', () => {
    expect(choose({})).toBe('none')
  })

  test.each<[string, Partial<CheckoutReading>, string]>([
    ['an Incomplete order that the API made', { orders: [order()] }, 'use 118'],
    ['the newest of them', { orders: [order({ id: 120 }), order({ id: 121 }), order()] }, 'use 121'],
    ['the bound one before a newer one', { orders: [order(), order({ id: 121 })], bound }, 'use 118'],
    [
      'the bound one before one that was paid elsewhere',
      { orders: [order(), order({ id: 121, statusId: 11 })], bound },
      'use 118',
    ],
    [
      'none but the one that was paid elsewhere, where the cart is gone for it',
      { checkout: null, orders: [order(), order({ id: 121, statusId: 11 })], bound },
      'paid 121',
    ],
    [
      'one that we made, whatever its source says',
      { ...made(cart), orders: [order({ source: '' })] },
      'use 118',
    ],
    ['one of a checkout that is gone', { checkout: null, orders: [order()] }, 'use 118'],
    ['one that does not say when it was made', { orders: [order({ createdAtMs: null })] }, 'use 118'],
    ['one whose amount is not said', { orders: [order({ due: null })] }, 'use 118'],
    [
      'one whatever it costs, where that is not asked',
      { orders: [order({ due: usd(5) })], expectedAmount: null },
      'use 118',
    ],
  ])('%s', (_what, change, choice) => {
    expect(choose(change)).toBe(choice)
  })

  test.each<[string, Partial<Order>]>([
    ['another customer’s', { customerId: 8 }],
    ['a guest’s', { customerId: null }],
    ['over another amount', { due: usd(6099) }],
    ['over nothing', { due: usd(0) }],
    ['older than the last edit of the cart', { createdAtMs: 99_000 }],
    ['archived', { isArchived: true }],
    ['made by another source', { source: 'www' }],
    ['cancelled', { statusId: 5 }],
    ['declined', { statusId: 6 }],
    ['awaiting a payment of which nothing shows', { statusId: 7 }],
  ])('not an order that is %s', (_what, change) => {
    expect(choose({ orders: [order(change)] })).toBe('none')
  })

  test.each([
    ['another customer’s', { customerId: 8 }],
    ['over another amount', { due: usd(6099) }],
    ['older than the cart', { createdAtMs: 99_000 }],
    ['cancelled', { statusId: 5 }],
    ['archived', { isArchived: true }],
  ])('a bound order that is %s is let go for another one', (_what, change) => {
    expect(choose({ orders: [order(change), order({ id: 110 })], bound })).toBe('use 110')
  })

  test('a bound order that was deleted is let go', () => {
    expect(choose({ bound })).toBe('none')
  })

  test.each([2, 3, 8, 9, 10, 11, 12, 14])('an order in state %i is paid', (statusId) => {
    expect(choose({ orders: [order({ id: 120 }), order({ statusId })] })).toBe('paid 118')
  })

  test.each([
    ['status', { paymentStatus: 'authorized' }],
    ['provider', { paymentProviderId: 'ch_1' }],
  ])('an order that awaits its payment is paid where it has a %s of one', (_what, change) => {
    expect(choose({ orders: [order({ statusId: 7, ...change })] })).toBe('paid 118')
  })

  test.each([1, 4, 13, null, 99])('none, and no new one, where an order is in state %s', (statusId) => {
    expect(choose({ orders: [order({ id: 120 }), order({ statusId })] })).toBe('not_payable')
  })
})

describe('a bound order of which a part is paid', () => {
  const part = { orderId: 118, hasPart: true }

  test.each([
    ['Incomplete', { statusId: 0 }],
    ['Pending', { statusId: 1 }],
    ['over less than is expected', { due: usd(98) }],
    ['older than the cart, and shows its part', { createdAtMs: 99_000, due: usd(98) }],
    ['older than the cart, and Pending', { createdAtMs: 99_000, statusId: 1 }],
  ])('is the one to pay: %s', (_what, change) => {
    expect(choose({ orders: [order(change), order({ id: 120 })], bound: part })).toBe('use 118')
  })

  test.each([
    ['does not show its part', {}],
    ['does not say what is due', { due: null }],
    ['does not say what it costs', { total: null }],
  ])('is not paid for an old page where it %s and is older than the cart', (_what, change) => {
    const given = order({ createdAtMs: 99_000, ...change })
    expect(choose({ orders: [given, order({ id: 120 })], bound: part })).toBe('not_payable')
  })

  test.each([
    ['cancelled', [order({ statusId: 5 })]],
    ['archived', [order({ isArchived: true })]],
    ['deleted', []],
  ])('keeps any other from being paid: %s', (_what, orders) => {
    expect(choose({ orders: [...orders, order({ id: 120 })], bound: part })).toBe('not_payable')
  })
})

describe('an order that we made is older than its cart', () => {
  test.each<[string, Partial<Order>, CheckoutReading['made'][number]['cart'], string]>([
    ['not where the cart is what it was', { createdAtMs: null }, cart, 'use 118'],
    ['where the cart holds something else', {}, { ...cart, contents: 'a poster' }, 'none'],
    ['not where the making itself counted as an edit', {}, { ...cart, editedAtMs: 90_000 }, 'use 118'],
    [
      'where it was edited since, and does not say when it was made',
      { createdAtMs: null },
      { ...cart, editedAtMs: 90_000 },
      'none',
    ],
    ['where it was edited later', { createdAtMs: 91_000 }, { ...cart, editedAtMs: 90_000 }, 'none'],
  ])('%s', (_what, change, then, choice) => {
    expect(choose({ orders: [order(change)], ...made(then) })).toBe(choice)
  })
})

test('of a checkout that is gone, a customer pays only an order of theirs', () => {
  expect(choose({ checkout: null, orders: [order()], customerId: 7 })).toBe('use 118')
  expect(choose({ checkout: null, orders: [order()], customerId: 8 })).toBe('none')
})

test.each([
  [id, id],
  [id.toUpperCase(), id],
  [`${id}0`, null],
  ['215', null],
  ['', null],
])('the id of a checkout: %s', (text, parsed) => {
  expect(parseCheckoutId(text)).toBe(parsed)
})

test('an order whose making was not answered is looked for at ages of 2, 5, 10, 20, 40 and 60 seconds', () => {
  const ages = [0]
  for (let looks = 0; looks < 10; looks++) {
    const next = nextMakingLookMs(1_000, looks, 1_000 + (ages.at(-1) ?? 0))
    if (next === null) break
    ages.push(next - 1_000)
  }
  expect(ages.slice(1)).toEqual([2_000, 5_000, 10_000, 20_000, 40_000, 60_000])
})

test('without three complete looks the search goes on', () => {
  expect(nextMakingLookMs(0, 2, 60_000)).toBe(70_000)
  expect(nextMakingLookMs(0, 3, 60_000)).toBeNull()
})

function usd(amount: number) {
  return { amount, currency: 'USD' }
}
function made(then: Checkout['cart']) {
  return { made: [{ orderId: 118, cart: then }] }
}
