import { describe, expect, test } from 'vitest'
import type { Order, OrderReading } from '../../src/domain/order.ts'
import type { MintedToken } from '../../src/domain/payment-access-token.ts'
import type { OrderAttempt } from '../../src/domain/payment-attempt.ts'
import type { PaymentCommand } from '../../src/domain/payment-command.ts'
import { Problem } from '../../src/domain/problem.ts'
import { Sealed } from '../../src/domain/sealed.ts'
import { createPreparePayment } from '../../src/services/prepare-payment.ts'
import { attemptOf, commandOf, mintedOf, patOf, transactionOf, validInstruments } from '../domain/samples.ts'
import { contextOf, endOf, orderOf } from './fakes.ts'

const claims = {
  sub: 'abc123',
  iat: 1_700_000_000,
  exp: 1_700_003_600,
  data: { store_id: '1', order_id: '118', amount: 6098, currency: 'USD' },
}
const mintedAtMs = 1_700_000_000_000
const claimsWith = (data: object) => patOf({ ...claims, data: { ...claims.data, ...data } })

function preparing(
  pat: string,
  order: Order | null = null,
  change: Partial<PaymentCommand> = {},
  payments: OrderAttempt[] = [],
  minting: Promise<MintedToken> | null = null,
  shown: Partial<OrderReading> = {},
) {
  const minted: number[] = []
  const recurring: unknown[] = []
  const woken: number[] = []
  const prepare = createPreparePayment({
    managementApi: {
      async createPaymentAccessToken(orderId, _context, isRecurring) {
        minted.push(orderId)
        recurring.push(isRecurring ?? false)
        return mintedOf(pat, mintedAtMs)
      },
      getOrder: async () => (shown.order === undefined ? orderOf() : shown.order),
      listTransactions: async () => ({
        transactions: shown.transactions ?? [],
        isWhole: shown.isWhole ?? true,
        showsAllVoids: shown.isWhole ?? true,
        answeredAtMs: mintedAtMs,
      }),
    },
    unsettled: {
      wake: async (orderId) => woken.push(orderId),
    },
    attempts: { findByOrder: async () => payments },
    now: () => mintedAtMs,
    storeHash: 'abc123',
  })
  const command = commandOf(validInstruments.card, { expectedAmount: null, ...change })
  const wanted = { ...command, attemptId: 'this-one' }
  return { recurring, minted, woken, result: endOf(prepare(wanted, { order, minting }, contextOf())) }
}

test.each([
  ['a token bound to the order', null, null],
  ['an order that was read', orderOf(), null],
  ['an amount the shopper agreed to', null, 6098],
  ['both', orderOf(), 6098],
])('a PAT with the expected claims may be used: %s', async (_what, order, expectedAmount) => {
  const { minted, result } = preparing(patOf(claims), order, { expectedAmount })
  expect(await result).toEqual({
    paymentAccessToken: new Sealed(patOf(claims)),
    claims: {
      storeHash: 'abc123',
      orderId: '118',
      due: { amount: 6098, currency: 'USD' },
      expiresAtMs: 1_700_003_600_000,
      issuedAtMs: mintedAtMs,
      lifeMs: 3_600_000,
    },
    orderTotal: order && 6098,
  })
  expect(minted).toEqual([118])
})

test('BigCommerce is told of a payment without a shopper as its PAT is made', async () => {
  const renewal = preparing(patOf(claims), orderOf(), { isRecurring: true })
  await renewal.result
  const sale = preparing(patOf(claims), orderOf())
  await sale.result
  expect([renewal.recurring, sale.recurring]).toEqual([[true], [false]])
})

test('no PAT is made for an order that cannot be paid', async () => {
  const { minted, result } = preparing(patOf(claims), orderOf({ statusId: 11 }))
  expect(await result).toBe('order_not_payable')
  expect(minted).toEqual([])
})

describe('a PAT is not used', () => {
  test.each([
    ['of another order', claimsWith({ order_id: '119' })],
    ['of no order', claimsWith({ order_id: null })],
    ['of another store', patOf({ ...claims, sub: 'def456' })],
    ['that cannot be read', 'garbage'],
  ])('%s', async (_what, pat) => {
    expect(await preparing(pat).result).toBe('upstream_unusable')
  })

  test.each([
    ['more than the shopper agreed to', claimsWith({ amount: 6099 }), null, 6098],
    ['less than the shopper agreed to', claimsWith({ amount: 6097 }), null, 6098],
    ['more than the order says', claimsWith({ amount: 6099 }), orderOf(), null],
    ['another currency than the order says', claimsWith({ currency: 'EUR' }), orderOf(), null],
    ['what the order says and the shopper did not agree to', patOf(claims), orderOf(), 6000],
    [
      'what the shopper agreed to and the order does not say',
      patOf(claims),
      orderOf({ due: { amount: 1, currency: 'USD' } }),
      6098,
    ],
  ])('that would charge %s', async (_what, pat, order, expectedAmount) => {
    expect(await preparing(pat, order, { expectedAmount }).result).toBe('amount_changed')
  })
})

test.each([
  ['a part was paid and as much is due as before', 6098, 'upstream_busy'],
  ['a part was paid and less is due', 7098, 'spent'],
])('%s', async (_what, amount, end) => {
  const part = attemptOf({ status: 'succeeded', instrumentType: 'gift_certificate', amount, currency: 'USD' })
  const { result } = preparing(patOf(claims), null, {}, [part])
  const given = await result
  expect(typeof given === 'string' ? given : 'spent').toBe(end)
})

test('a PAT that is being made already is used, and compared with the order like any other', async () => {
  const ahead = (data: object = {}) => Promise.resolve(mintedOf(claimsWith(data)))
  const ours = preparing('never asked for', orderOf(), {}, [], ahead())
  expect(await ours.result).toMatchObject({ claims: { due: { amount: 6098, currency: 'USD' } } })
  expect(ours.minted).toEqual([])
  expect(await preparing('', orderOf(), {}, [], ahead({ order_id: '119' })).result).toBe('upstream_unusable')
  expect(await preparing('', orderOf(), {}, [], ahead({ amount: 1 })).result).toBe('amount_changed')
})

test('an order that cannot be paid is answered so, whatever happens to the PAT made ahead', async () => {
  const failed = () => {
    const minting = Promise.reject<MintedToken>(new Problem('upstream_unavailable'))
    minting.catch(() => {})
    return minting
  }
  expect(await preparing('', orderOf({ statusId: 11 }), {}, [], failed()).result).toBe('order_not_payable')
  expect(await preparing('', orderOf(), {}, [], failed()).result).toBe('upstream_unavailable')
})

test('where BigCommerce says that the order cannot be paid, an earlier attempt may have paid it: a look is woken', async () => {
  const refused = (code: 'order_not_payable' | 'upstream_unavailable') => {
    const minting = Promise.reject<MintedToken>(new Problem(code))
    minting.catch(() => {})
    return preparing('', orderOf(), {}, [], minting)
  }
  const paid = refused('order_not_payable')
  expect([await paid.result, paid.woken]).toEqual(['order_not_payable', [118]])
  const away = refused('upstream_unavailable')
  expect([await away.result, away.woken]).toEqual(['upstream_unavailable', []])
})

describe('after an earlier attempt ended in doubt', () => {
  const doubtful = attemptOf({
    id: 'earlier',
    status: 'not_charged',
    amount: 6098,
    currency: 'USD',
    sentAtMs: 1,
    unsettledSinceMs: 2,
  })
  const showing = (shown: Partial<OrderReading>) =>
    preparing(patOf(claims), orderOf(), {}, [doubtful], null, shown)

  test('a complete look that shows nothing comes before the next PAT', async () => {
    const { minted, result } = showing({})
    expect(await result).toMatchObject({ claims: { orderId: '118' } })
    expect(minted).toEqual([118])
  })

  test.each([
    ['a charge', [transactionOf()]],
    ['a pending payment', [transactionOf({ event: 'pending' })]],
  ])(
    '%s that shows stops the next one, and wakes a look that corrects the first',
    async (_what, transactions) => {
      const { minted, woken, result } = showing({ transactions })
      expect(await result).toBe('order_payment_in_progress')
      expect([minted, woken]).toEqual([[], [118]])
    },
  )

  test.each([
    ['another method', { paymentMethodId: 'adyenv2.scheme' }, 'order_already_paid'],
    ['another amount', { money: { amount: 6099, currency: 'USD' } }, 'order_already_paid'],
    ['another currency', { money: { amount: 6098, currency: 'EUR' } }, 'order_already_paid'],
    ['half of what is due', { money: { amount: 3049, currency: 'USD' } }, 'order_already_paid'],
    [
      'another method, still open',
      { event: 'pending', paymentMethodId: 'adyenv2.scheme' },
      'order_payment_in_progress',
    ],
  ])(
    'a charge of no payment of ours stops it, and wakes a look that tells of it: %s',
    async (_what, change, code) => {
      const { minted, woken, result } = showing({ transactions: [transactionOf(change)] })
      expect(await result).toBe(code)
      expect([minted, woken]).toEqual([[], [118]])
    },
  )

  test.each([
    ['declined', [transactionOf({ status: 'error', paymentMethodId: 'adyenv2.scheme' })]],
    [
      'voided',
      [
        transactionOf({ id: 900, event: 'authorization', paymentMethodId: 'adyenv2.scheme' }),
        transactionOf({ event: 'void', referenceId: 900 }),
      ],
    ],
    [
      'refunded',
      [
        transactionOf({ id: 901, paymentMethodId: 'adyenv2.scheme' }),
        transactionOf({ event: 'refund', referenceId: 901 }),
      ],
    ],
  ])('what was paid elsewhere and %s stops nothing', async (_what, transactions) => {
    const { minted, result } = showing({ transactions })
    expect(await result).toMatchObject({ claims: { orderId: '118' } })
    expect(minted).toEqual([118])
  })

  test('a look that is not whole stops it too: a charge may be hidden', async () => {
    const { minted, result } = showing({ isWhole: false })
    expect(await result).toBe('upstream_unavailable')
    expect(minted).toEqual([])
  })

  test('no look is made for an end without doubt', async () => {
    const certain = { ...doubtful, unsettledSinceMs: null }
    const { result } = preparing(patOf(claims), orderOf(), {}, [certain], null, { isWhole: false })
    expect(await result).toMatchObject({ claims: { orderId: '118' } })
  })
})

describe('the rest of an order that was paid in part', () => {
  const part = attemptOf({
    id: 'part',
    status: 'succeeded',
    instrumentType: 'gift_certificate',
    amount: 6098,
    currency: 'USD',
    orderTotal: 6098,
    endedAtMs: mintedAtMs - 120_000,
  })
  const total = (amount: number) => orderOf({ total: { amount, currency: 'USD' } })

  test('is what the PAT says, although the sum of the order does not show the part', async () => {
    const rest = claimsWith({ amount: 4098 })
    expect(await preparing(rest, total(6098), {}, [part]).result).toMatchObject({
      claims: { due: { amount: 4098 } },
    })
    expect(await preparing(rest, total(6098)).result).toBe('amount_changed')
  })

  test('goes on record with the total of the order only where order and PAT agree on what is due', async () => {
    const due = (amount: number) => orderOf({ ...total(6098), due: { amount, currency: 'USD' } })
    const restOf = (order: Order) => preparing(claimsWith({ amount: 3488 }), order, {}, [part]).result
    expect(await restOf(due(3488))).toMatchObject({ orderTotal: 6098 })
    // A discount of 610 that the PAT knows of and the order does not.
    expect(await restOf(due(4098))).toMatchObject({ orderTotal: null })
    expect(await restOf({ ...due(3488), due: { amount: 3488, currency: 'EUR' } })).toMatchObject({
      orderTotal: null,
    })
  })

  test('is not charged while as much is due as before', async () => {
    expect(await preparing(patOf(claims), total(6098), {}, [part]).result).toBe('upstream_busy')
  })

  const row = transactionOf({
    id: 50,
    method: 'gift_certificate',
    paymentMethodId: 'bigcommerce.gift_certificate',
    money: { amount: 2000, currency: 'USD' },
  })
  const gift = { ...part, paymentMethodId: 'bigcommerce.gift_certificate' }
  const givenBy = (transactions: OrderReading['transactions'], { isWhole = true, costs = 6098 } = {}) =>
    preparing(patOf(claims), null, {}, [gift], null, {
      transactions,
      isWhole,
      order: total(costs),
    }).result
  const back = (event: string, amount = 2000) =>
    transactionOf({ event, referenceId: 50, money: { amount, currency: 'USD' } })

  test.each(['refund', 'void'])(
    'is the whole again where a look shows that the part was given back: %s',
    async (event) => {
      expect(await givenBy([row, back(event)])).toMatchObject({ claims: { due: { amount: 6098 } } })
    },
  )

  test.each([
    ['the part is shown and was not given back', [row]],
    ['less than the part was given back', [row, back('refund', 1999)]],
    ['the void is not done', [row, { ...back('void'), status: 'pending' }]],
    ['the part is not shown', [back('refund')]],
    [
      'what was given back is of another',
      [{ ...row, money: { amount: 7000, currency: 'USD' } }, back('refund', 7000)],
    ],
  ])('is not charged where %s', async (_what, transactions) => {
    expect(await givenBy(transactions)).toBe('upstream_busy')
  })

  test('is not charged where a part of the look is missing', async () => {
    expect(await givenBy([row, back('refund')], { isWhole: false })).toBe('upstream_busy')
  })

  test('may be as much as before where part and due are no more than the order costs now', async () => {
    expect(await givenBy([row], { costs: 8098 })).toMatchObject({ claims: {} })
    expect(await givenBy([row], { costs: 8097 })).toBe('upstream_busy')
  })

  test('of two parts is what the one that was not given back leaves', async () => {
    const second = { ...gift, id: 'second', amount: 4098 }
    const secondRow = { ...row, id: 51, money: { amount: 1000, currency: 'USD' } }
    const rest = (amount: number, transactions: OrderReading['transactions']) =>
      preparing(claimsWith({ amount }), null, {}, [gift, second], null, { transactions, order: total(6098) })
        .result
    const secondBack = transactionOf({ event: 'refund', referenceId: 51, money: secondRow.money })
    expect(await rest(4098, [row, secondRow, secondBack])).toMatchObject({ claims: {} })
    expect(await rest(5098, [row, secondRow, back('refund')])).toMatchObject({ claims: {} })
    expect(await rest(6098, [row, secondRow, secondBack])).toBe('upstream_busy')
  })

  test('may be as much as before when the order became dearer by more than that', async () => {
    expect(await preparing(patOf(claims), total(8098), {}, [part]).result).toMatchObject({ claims: {} })
  })

  test('is not charged where it became dearer and a look shows the part that the access token does not, however long ago that was paid', async () => {
    const whole = claimsWith({ amount: 8098 })
    const paidAgo = (forMs: number) => ({ ...gift, orderTotal: 6098, endedAtMs: mintedAtMs - forMs })
    const shown = (transactions: OrderReading['transactions'], { forMs = 86_400_000, isWhole = true } = {}) =>
      preparing(whole, total(8098), {}, [paidAgo(forMs)], null, { transactions, isWhole, order: total(8098) })
        .result
    expect(await shown([row])).toBe('upstream_busy')
    expect(await shown([], { isWhole: false })).toBe('upstream_busy')
    expect(await shown([row, back('refund')])).toMatchObject({ claims: { due: { amount: 8098 } } })
    // A gateway that records nothing: after a minute what is due would show it.
    expect(await shown([], { forMs: 59_000 })).toBe('upstream_busy')
    expect(await shown([], { forMs: 60_000 })).toMatchObject({ claims: { due: { amount: 8098 } } })
  })

  test('is charged where the order was not read before, and what is due shows the part', async () => {
    const dearer = orderOf({
      total: { amount: 8098, currency: 'USD' },
      due: { amount: 6098, currency: 'USD' },
    })
    const read = { transactions: [], order: dearer }
    const part = { ...gift, orderTotal: 6098 }
    expect(await preparing(patOf(claims), null, {}, [part], null, read).result).toMatchObject({ claims: {} })
  })

  test('is not charged with a part over what was due before it, although the order costs more: credit was taken off as it was made', async () => {
    const credited = { ...gift, amount: 6098, orderTotal: 9098 }
    const read = { transactions: [row], order: total(9098) }
    expect(await preparing(patOf(claims), null, {}, [credited], null, read).result).toBe('upstream_busy')
  })

  describe('is not charged with more than the order says is due, but with that much', () => {
    const shows = (whole: number, rest: number) =>
      orderOf({ total: { amount: whole, currency: 'USD' }, due: { amount: rest, currency: 'USD' } })
    const cheaper = shows(5098, 4098)

    test.each([
      ['its total of that time is not known, and it was made cheaper', cheaper, cheaper, 5098, null],
      ['it was not read before, and was made cheaper', null, cheaper, 5098, 6098],
      ['it was made cheaper since it was read', shows(6098, 5098), shows(4598, 3598), 4598, 6098],
      ['it became dearer by less than the part', shows(6598, 5598), shows(6598, 5598), 6098, 6098],
    ] as const)('if %s', async (_what, before, now, amount, orderTotal) => {
      const read = { transactions: [row], order: now }
      const asked = (pat: number) =>
        preparing(claimsWith({ amount: pat }), before, {}, [{ ...gift, orderTotal }], null, read).result
      expect(await asked(amount)).toBe('upstream_busy')
      expect(await asked(now.due?.amount ?? 0)).toMatchObject({ claims: {} })
    })
  })

  test('may be paid after a minute where its total of that time is not known and nothing is recorded, once order and token agree', async () => {
    const shows = (whole: number, rest: number) =>
      orderOf({ total: { amount: whole, currency: 'USD' }, due: { amount: rest, currency: 'USD' } })
    const asked = (present: Order, forMs: number) => {
      const paidAgo = { ...gift, orderTotal: null, endedAtMs: mintedAtMs - forMs }
      const read = { transactions: [], order: present }
      return preparing(claimsWith({ amount: 7098 }), present, {}, [paidAgo], null, read).result
    }
    expect(await asked(shows(8098, 7098), 60_000)).toMatchObject({ claims: { due: { amount: 7098 } } })
    expect(await asked(shows(8098, 7098), 59_000)).toBe('upstream_busy')
    expect(await asked(shows(7098, 7098), 60_000)).toBe('upstream_busy')
  })

  test('is not charged where an older page takes back what a newer one has shown', async () => {
    const shows = (whole: number, rest: number) =>
      orderOf({ total: { amount: whole, currency: 'USD' }, due: { amount: rest, currency: 'USD' } })
    const read = { transactions: [], order: shows(4098, 4098) }
    const recent = { ...gift, orderTotal: null, endedAtMs: mintedAtMs - 2_000 }
    const asked = preparing(claimsWith({ amount: 4098 }), shows(4098, 3098), {}, [recent], null, read)
    expect(await asked.result).toBe('upstream_busy')
  })

  test('is charged where a refund that names no transaction is of the only part of its kind', async () => {
    const credit = {
      ...gift,
      id: 'credit',
      instrumentType: 'store_credit' as const,
      paymentMethodId: 'bigcommerce.store_credit',
      amount: 4098,
    }
    const ofCredit = {
      ...row,
      id: 51,
      method: 'store_credit',
      paymentMethodId: credit.paymentMethodId,
      money: { amount: 1000, currency: 'USD' },
    }
    const refund = transactionOf({ ...row, id: 52, event: 'refund', referenceId: null })
    const read = { transactions: [row, ofCredit, refund], order: total(6098) }
    expect(
      await preparing(claimsWith({ amount: 5098 }), null, {}, [gift, credit], null, read).result,
    ).toMatchObject({ claims: {} })
  })
})
