import { describe, expect, test } from 'vitest'
import type { Caller } from '../../src/domain/caller.ts'
import type { Order } from '../../src/domain/order.ts'
import { Problem } from '../../src/domain/problem.ts'
import { reveal } from '../../src/domain/sealed.ts'
import {
  createAuthorizeOrder,
  createAuthorizePayment,
  maySeeAttempt,
} from '../../src/services/authorize-order.ts'
import { mintedOf } from '../domain/samples.ts'
import { callerOf, contextOf, customer, endOf, holderOf, orderOf, server } from './fakes.ts'

const noMisses = { begin: () => () => {}, comesLast: () => false, mayGoAhead: () => true }

/** The result of asking for order 118, and how often the order was read for it. */
async function asking(caller: Caller, order: Order | null) {
  let reads = 0
  const getOrder = async () => {
    reads += 1
    return order
  }
  const result = await createAuthorizeOrder({ getOrder }, noMisses)(caller, 118, contextOf()).catch(
    (error: unknown) => error,
  )
  return { result, reads }
}

const own = orderOf({ customerId: 7 })
const guests = orderOf({ customerId: null })

test.each([
  ['a customer, their own order', customer(7), own, own, 1],
  ['a token for the order', holderOf(118), own, null, 0],
  ['a token for the order, a guest’s', holderOf(117, 118), guests, null, 0],
  ['a trusted server', server, own, null, 0],
])('%s: allowed, with no more reads than it takes', async (_who, caller, order, result, reads) => {
  expect(await asking(caller, order)).toEqual({ result, reads })
})

describe('an order that is not yours is refused exactly like one that does not exist', () => {
  const absent = new Problem('order_not_found').toBody('request-1')

  test.each([
    ['a customer, another customer’s order', customer(8), own],
    ['a customer, a guest’s order', customer(7), guests],
    ['a customer, no such order', customer(7), null],
    ['a token for other orders', holderOf(117, 119), own],
    ['a token for no order', holderOf(), own],
  ])('%s', async (_who, caller, order) => {
    const { result } = await asking(caller, order)
    expect(result).toBeInstanceOf(Problem)
    expect(result instanceof Problem && result.toBody('request-1')).toEqual(absent)
  })

  test('a caller without a customer does not match an order without one', async () => {
    const noCustomer = { ...customer(7), access: { kind: 'customer', customerId: Number.NaN } } as const
    expect((await asking(noCustomer, guests)).result).toMatchObject({ code: 'order_not_found' })
  })
})

test('a failure to read the order is not "not found"', async () => {
  const getOrder = () => Promise.reject(new Problem('upstream_unavailable'))
  await expect(
    createAuthorizeOrder({ getOrder }, noMisses)(customer(7), 118, contextOf()),
  ).rejects.toMatchObject({
    code: 'upstream_unavailable',
  })
})

test('the read of a caller who asked for orders of others lately comes last at the quota', async () => {
  const purposes: string[] = []
  const getOrder = async (_id: number, { purpose }: { purpose: string }) => {
    purposes.push(purpose)
    return own
  }
  for (const comesLast of [false, true])
    await createAuthorizeOrder({ getOrder }, { ...noMisses, comesLast: () => comesLast })(
      customer(7),
      118,
      contextOf(),
    )
  expect(purposes).toEqual(['paying', 'reconciling'])
})

const holderOfCheckout = callerOf({
  kind: 'orders',
  orderIds: new Set(),
  checkoutIds: new Set(['cart-1']),
})
const ordering = (cartId: string) => ({ orderId: null, customerId: 7, cartId })

test.each([
  ['the order of the checkout that the token names', 'cart-1', 'let in'],
  ['an order of another checkout', 'cart-2', 'order_not_found'],
  ['an order of none', null, 'order_not_found'],
])('a token that names a checkout: %s', async (_which, cartId, end) => {
  const { result, reads } = await asking(holderOfCheckout, orderOf({ cartId }))
  expect(result instanceof Problem ? result.code : 'let in').toBe(end)
  expect(reads).toBe(1)
})

test.each([
  ['a server sees all', server, { orderId: 118, customerId: null }, true],
  ['a token for the order', holderOf(118), { orderId: 118, customerId: 7 }, true],
  ['a token for another order', holderOf(119), { orderId: 118, customerId: 7 }, false],
  ['the customer who paid', customer(7), { orderId: 118, customerId: 7 }, true],
  ['another customer', customer(8), { orderId: 118, customerId: 7 }, false],
  ['a customer, where the payer was a guest', customer(7), { orderId: 118, customerId: null }, false],
  ['a token for its checkout', holderOfCheckout, { orderId: 118, customerId: 7, cartId: 'cart-1' }, true],
  ['the same, before there is an order', holderOfCheckout, ordering('cart-1'), true],
  ['a token for another checkout', holderOfCheckout, ordering('cart-2'), false],
  ['a token for an order, before there is one', holderOf(118), ordering('cart-1'), false],
])('who may see an attempt in the ledger: %s', (_who, caller, attempt, may) => {
  expect(maySeeAttempt(caller, { cartId: null, ...attempt })).toBe(may)
})

const notTheirs = () => Promise.reject(new Problem('order_not_found'))

function authorizing({
  authorizeOrder = async () => orderOf() as ReturnType<typeof orderOf> | null,
  mint = async () => mintedOf('the.pat'),
  isAtEase = true,
  hasCheckoutFence = false,
  mayGoAhead = true,
  getOrder = async () => orderOf() as ReturnType<typeof orderOf> | null,
} = {}) {
  const minted: number[] = []
  const recurring: unknown[] = []
  const authorizePayment = createAuthorizePayment({
    authorizeOrder,
    hasCheckoutFence,
    managementApi: {
      getOrder,
      createPaymentAccessToken(orderId, _context, isRecurring) {
        minted.push(orderId)
        recurring.push(isRecurring ?? false)
        return mint()
      },
    },
    misses: { ...noMisses, mayGoAhead: () => mayGoAhead },
    isAtEase: () => isAtEase,
  })
  return {
    minted,
    recurring,
    authorize: (caller = customer(7), isNew = true, isRecurring = false) =>
      authorizePayment({ caller, orderId: 118, isRecurring }, isNew, contextOf()),
  }
}

test('a PAT that is begun ahead says too where no shopper is there', async () => {
  const { recurring, authorize } = authorizing({ hasCheckoutFence: true })
  await authorize(server, true, true)
  await authorize(server)
  expect(recurring).toEqual([true, false])
})

test("a customer's PAT is begun before the order has been read", async () => {
  const { minted, authorize } = authorizing({ authorizeOrder: () => new Promise(() => {}) })
  void authorize()
  expect(minted).toEqual([118])
})

test('the order that was read and the PAT that is being made are passed on', async () => {
  const { order, minting } = await authorizing().authorize()
  expect(order).toEqual(orderOf())
  expect(minting && reveal((await minting).token)).toBe('the.pat')
})

describe('the PAT is not made ahead', () => {
  test.each([
    ['where the order need not be read', holderOf(118)],
    ['for a trusted server', server],
  ])('%s', async (_what, caller) => {
    const { minted, authorize } = authorizing({ authorizeOrder: async () => null })
    expect(await authorize(caller)).toEqual({ order: null, minting: null })
    expect(minted).toEqual([])
  })

  test('when the ledger knows the payment already', async () => {
    const { minted, authorize } = authorizing()
    expect((await authorize(customer(7), false)).minting).toBeNull()
    expect(minted).toEqual([])
  })

  test('for a caller who asked for orders of others lately', async () => {
    const { minted, authorize } = authorizing({ mayGoAhead: false })
    expect((await authorize()).minting).toBeNull()
    expect(minted).toEqual([])
  })

  test('when the quota is short', async () => {
    const { minted, authorize } = authorizing({ isAtEase: false })
    expect((await authorize()).minting).toBeNull()
    expect(minted).toEqual([])
  })
})

describe("nothing about another caller's order can be learned", () => {
  test.each([
    ['fails', () => Promise.reject(new Problem('upstream_unavailable'))],
    ['never ends', () => new Promise<never>(() => {})],
    ['is made', async () => mintedOf('of.another')],
  ])('when the PAT %s', async (_what, mint) => {
    const { authorize } = authorizing({ authorizeOrder: notTheirs, mint })
    expect(await endOf(authorize())).toBe('order_not_found')
  })
})

describe('with the checkout fence the order is read for every caller', () => {
  const fenced = { authorizeOrder: async () => null, hasCheckoutFence: true }

  test.each([
    ['a token for the order', holderOf(118)],
    ['a trusted server', server],
  ])('beside the making of its PAT: %s', async (_what, caller) => {
    const { minted, authorize } = authorizing(fenced)
    const { order, minting } = await authorize(caller)
    expect(order).toEqual(orderOf())
    expect(minting && reveal((await minting).token)).toBe('the.pat')
    expect(minted).toEqual([118])
  })

  test('one that cannot be read is refused: its checkout is not known', async () => {
    const { authorize } = authorizing({
      ...fenced,
      getOrder: () => Promise.reject(new Problem('upstream_unavailable')),
    })
    expect(await endOf(authorize(server))).toBe('upstream_unavailable')
    expect(await endOf(authorizing({ ...fenced, getOrder: async () => null }).authorize(server))).toBe(
      'order_not_found',
    )
  })

  test('nothing is asked of BigCommerce for an order that the token does not name', async () => {
    const { minted, authorize } = authorizing({ authorizeOrder: notTheirs, hasCheckoutFence: true })
    expect(await endOf(authorize(holderOf(119)))).toBe('order_not_found')
    expect(minted).toEqual([])
  })
})
