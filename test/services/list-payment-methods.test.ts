import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Caller } from '../../src/domain/caller.ts'
import type { Order } from '../../src/domain/order.ts'
import type { MintedToken } from '../../src/domain/payment-access-token.ts'
import { ATTEMPT_STATUSES, type OrderAttempt } from '../../src/domain/payment-attempt.ts'
import type { InstrumentType } from '../../src/domain/payment-instrument.ts'
import type { PaymentMethod, PaymentMethodsReading } from '../../src/domain/payment-method.ts'
import { Problem } from '../../src/domain/problem.ts'
import type { AuthorizeOrder } from '../../src/services/authorize-order.ts'
import { createCoalesce, createListPaymentMethods } from '../../src/services/list-payment-methods.ts'
import { attemptOf, mintedOf, patOf } from '../domain/samples.ts'
import { contextOf, endOf, orderOf, server } from './fakes.ts'

const method: PaymentMethod = {
  id: 'stripe.card',
  name: 'Stripe',
  type: 'card',
  test_mode: false,
  supported_instruments: [{ instrument_type: 'VISA' }, { instrument_type: 'STORED_CARD' }],
}

const customer: Caller = { ...server, access: { kind: 'customer', customerId: 11 } }

/** A PAT over what the sample order is due. */
const tokenOf = (orderId: number) =>
  mintedOf(
    patOf({
      sub: 'abc123',
      exp: 1_800_000_000,
      data: { order_id: String(orderId), amount: 6098, currency: 'USD' },
    }),
  )

interface Given {
  readonly order?: Order | null
  readonly authorized?: Order | null
  readonly fence?: OrderAttempt | null
  readonly authorizeOrder?: AuthorizeOrder
  readonly instruments?: ReadonlySet<InstrumentType>
  readonly token?: MintedToken
  readonly caller?: Caller
  readonly findFence?: () => Promise<OrderAttempt | null>
  readonly isAtEase?: boolean
  readonly mayGoAhead?: boolean
}

function listing({
  order = orderOf(),
  authorized = null,
  fence = null,
  authorizeOrder,
  instruments,
  token = tokenOf(118),
  caller = server,
  findFence = async () => fence,
  isAtEase = true,
  mayGoAhead = true,
}: Given = {}) {
  const calls: string[] = []
  const list = createListPaymentMethods({
    managementApi: {
      async getOrder() {
        calls.push('order')
        return order
      },
      async listPaymentMethods() {
        calls.push('methods')
        return { methods: [method], leftOut: 0 }
      },
      async createPaymentAccessToken() {
        calls.push('token')
        return token
      },
    },
    attempts: { findFence },
    authorizeOrder: authorizeOrder ?? (async () => authorized),
    misses: { mayGoAhead: () => mayGoAhead },
    isAtEase: () => isAtEase,
    instruments: instruments ?? new Set<InstrumentType>(['card', 'stored_card']),
  })
  return { calls, result: list(caller, 118, contextOf()) }
}

test('the methods come as BigCommerce names them, with the instruments that may be sent for each', async () => {
  expect(await listing().result).toEqual({
    order: orderOf(),
    isPayable: true,
    methods: [{ ...method, accepts: ['card', 'stored_card'] }],
  })
})

test('without raw cards no card number is asked for', async () => {
  const { methods } = await listing({ instruments: new Set<InstrumentType>(['stored_card']) }).result
  expect(methods.map(({ accepts }) => accepts)).toEqual([['stored_card']])
})

test('an order that was read to authorise is not read again', async () => {
  const { calls, result } = listing({ authorized: orderOf() })
  await result
  expect(calls).toEqual(['methods'])
})

describe('an order that does not say what is due', () => {
  const order = orderOf({ due: null })

  test('has it from an access token that is not used', async () => {
    const { calls, result } = listing({ order })
    expect((await result).order).toEqual(orderOf({ due: { amount: 6098, currency: 'USD' } }))
    expect((await result).isPayable).toBe(true)
    expect(calls).toEqual(['order', 'methods', 'token'])
  })

  test.each([
    ['of another order', tokenOf(119)],
    ['that says nothing', mintedOf('no.token')],
  ])('is not listed by a token %s', async (_what, token) => {
    expect(await endOf(listing({ order, token }).result)).toBe('upstream_unusable')
  })
})

describe('an order is payable', () => {
  test.each(ATTEMPT_STATUSES.filter((status) => status !== 'succeeded'))(
    'not while an attempt holds its fence: %s',
    async (status) => {
      expect((await listing({ fence: attemptOf({ status }) }).result).isPayable).toBe(false)
    },
  )

  test.each([
    [0, 6098, true],
    [1, 6098, true],
    [11, 6098, false],
    [5, 6098, false],
    [0, 0, false],
  ])('in status %i with %i due: %s', async (statusId, amount, isPayable) => {
    const order = orderOf({ statusId, due: { amount, currency: 'USD' } })
    expect((await listing({ order }).result).isPayable).toBe(isPayable)
  })
})

describe('an order that the ledger knows as paid', () => {
  const fence = attemptOf({ status: 'succeeded' })
  const refused = (result: Promise<unknown>) =>
    result.then(
      () => 'listed',
      (problem: Problem) => [problem.code, problem.options.paymentId, problem.options.location],
    )
  const paid = ['order_already_paid', fence.id, `payments/${fence.id}`]

  test('is told as that, with the payment, without a call', async () => {
    const { calls, result } = listing({ fence })
    expect(await refused(result)).toEqual(paid)
    expect(calls).toEqual([])
  })

  test("is told to a customer once BigCommerce has said that it is the customer's, where the ledger does not", async () => {
    const unknownCustomer = attemptOf({ status: 'succeeded', customerId: null })
    const { calls, result } = listing({ fence: unknownCustomer, authorized: orderOf(), caller: customer })
    expect(await refused(result)).toEqual(paid)
    expect(calls).toEqual(['methods'])
  })

  test('is the same 404 for a caller who may not see it', async () => {
    const caller = { ...server, access: { kind: 'orders', orderIds: new Set([119]) } } as const
    const authorizeOrder = () => Promise.reject(new Problem('order_not_found'))
    expect(await endOf(listing({ fence, caller, authorizeOrder }).result)).toBe('order_not_found')
  })

  test('is found when BigCommerce refuses an order that was paid while it was read', async () => {
    const fences = [null, fence]
    const { result } = listing({
      findFence: async () => fences.shift() ?? null,
      authorizeOrder: () => Promise.reject(new Problem('order_not_payable')),
    })
    expect(await refused(result)).toEqual(paid)
  })

  test('and one that is closed for another reason stays not payable', async () => {
    const { result } = listing({ authorizeOrder: () => Promise.reject(new Problem('order_not_payable')) })
    expect(await endOf(result)).toBe('order_not_payable')
  })
})

test('a caller who may not pay the order learns nothing about it, and no call is made', async () => {
  const { calls, result } = listing({ authorizeOrder: () => Promise.reject(new Problem('order_not_found')) })
  expect(await endOf(result)).toBe('order_not_found')
  expect(calls).toEqual([])
})

describe('while a customer’s order is read, its methods are', () => {
  /** The order is read only when the test says so. */
  function reading(given: Given = {}) {
    const { promise, resolve, reject } = Promise.withResolvers<Order>()
    return { ...listing({ authorizeOrder: () => promise, caller: customer, ...given }), resolve, reject }
  }

  test('read too, and the order is not read again', async () => {
    const { calls, result, resolve } = reading()
    await setImmediate()
    expect(calls).toEqual(['methods'])
    resolve(orderOf())
    expect((await result).methods).toHaveLength(1)
    expect(calls).toEqual(['methods'])
  })

  test.each([
    ['the quota of management calls is short', { isAtEase: false }],
    ['the caller asked for orders of others', { mayGoAhead: false }],
    ['the caller need not be known to be the customer', { caller: server }],
  ])('not read where that may be for nothing: %s', async (_, given) => {
    const { calls, result, resolve } = reading(given)
    await setImmediate()
    expect(calls).toEqual([])
    resolve(orderOf())
    await result
    expect(calls).toEqual(['methods'])
  })

  test('thrown away, whatever they are, where the order is another’s', async () => {
    const { result, reject } = reading()
    reject(new Problem('order_not_found'))
    expect(await endOf(result)).toBe('order_not_found')
    const failing = createListPaymentMethods({
      managementApi: {
        getOrder: async () => orderOf(),
        listPaymentMethods: async () => {
          throw new Problem('upstream_unavailable')
        },
        createPaymentAccessToken: async () => tokenOf(118),
      },
      attempts: { findFence: async () => null },
      authorizeOrder: async () => {
        await setImmediate()
        throw new Problem('order_not_found')
      },
      misses: { mayGoAhead: () => true },
      isAtEase: () => true,
      instruments: new Set<InstrumentType>(['card']),
    })
    expect(await endOf(failing(customer, 118, contextOf()))).toBe('order_not_found')
  })
})

test('an order that does not exist, for a caller who may see any', async () => {
  expect(await endOf(listing({ order: null }).result)).toBe('order_not_found')
})

test('a caller who joins a read that began before a payment is not told that the order can still be paid', async () => {
  let answer: (reading: PaymentMethodsReading) => void = () => {}
  let fence: OrderAttempt | null = null
  let reads = 0
  const list = createListPaymentMethods({
    managementApi: {
      getOrder: async () => orderOf(),
      listPaymentMethods: () => {
        reads += 1
        return new Promise((resolve) => {
          answer = resolve
        })
      },
      createPaymentAccessToken: async () => tokenOf(118),
    },
    attempts: { findFence: async () => fence },
    authorizeOrder: async () => null,
    misses: { mayGoAhead: () => false },
    isAtEase: () => false,
    instruments: new Set<InstrumentType>(['card']),
  })
  const early = list(server, 118, contextOf())
  await setImmediate()
  fence = attemptOf({ status: 'sending' })
  const late = list(server, 118, contextOf())
  await setImmediate()
  answer({ methods: [method], leftOut: 0 })
  expect([(await early).isPayable, (await late).isPayable, reads]).toEqual([true, false, 1])
})

/** Work that ends when the test says so. */
function work() {
  const runs: { resolve(value: string): void; reject(error: Error): void }[] = []
  return {
    runs,
    run: () => new Promise<string>((resolve, reject) => void runs.push({ resolve, reject })),
  }
}

test('callers who ask while the work runs share it', async () => {
  const coalesce = createCoalesce<string>()
  const { runs, run } = work()
  const results = [coalesce('a', run), coalesce('a', run), coalesce('a', run)]
  expect(runs).toHaveLength(1)
  runs[0]?.resolve('done')
  expect(await Promise.all(results)).toEqual(['done', 'done', 'done'])
})

test('another key has work of its own', () => {
  const coalesce = createCoalesce<string>()
  const { runs, run } = work()
  void coalesce('a', run)
  void coalesce('b', run)
  expect(runs).toHaveLength(2)
})

test('nothing is remembered: a caller who asks afterwards gets new work', async () => {
  const coalesce = createCoalesce<string>()
  const { runs, run } = work()
  const first = coalesce('a', run)
  runs[0]?.resolve('first')
  await first
  const second = coalesce('a', run)
  runs[1]?.resolve('second')
  expect(await second).toBe('second')
})

test('a failure is shared and forgotten too', async () => {
  const coalesce = createCoalesce<string>()
  const { runs, run } = work()
  const both = [coalesce('a', run), coalesce('a', run)]
  runs[0]?.reject(new Error('no'))
  expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  void coalesce('a', run)
  expect(runs).toHaveLength(2)
})
