import { describe, expect, test } from 'vitest'
import { judge, type PriorOutcomes } from '../../src/domain/evidence.ts'
import type { Order } from '../../src/domain/order.ts'
import type { PaymentAttempt } from '../../src/domain/payment-attempt.ts'
import type { Transaction } from '../../src/domain/transaction.ts'
import { attemptOf } from './samples.ts'

const due = { amount: 6098, currency: 'USD' }
const attempt = attemptOf({ status: 'unknown', ...due })
const gift = attemptOf({
  ...attempt,
  instrumentType: 'gift_certificate',
  paymentMethodId: 'bigcommerce.gift_certificate',
})
const nobodyElse = { succeeded: 0, declined: 0, parts: 0, failedLater: 0 }
const order = (change: Partial<Order> = {}): Order => ({
  id: 118,
  statusId: 0,
  customerId: 7,
  paymentStatus: '',
  due,
  isArchived: false,
  answeredAtMs: null,
  ...change,
})

let nextId = 1
const transaction = (change: Partial<Transaction> = {}): Transaction => ({
  id: nextId++,
  event: 'purchase',
  status: 'ok',
  money: due,
  paymentMethodId: 'stripe.card',
  referenceId: null,
  createdAtMs: null,
  ...change,
})

function verdict(
  transactions: Transaction[],
  {
    of = attempt,
    given = order(),
    prior = nobodyElse,
    isWhole = true,
  }: { of?: PaymentAttempt; given?: Order | null; prior?: PriorOutcomes; isWhole?: boolean } = {},
) {
  return judge(of, { order: given, transactions, isWhole, prior })
}

describe('charged is said of', () => {
  test.each([
    ['a purchase', [transaction()], 'purchase'],
    ['an authorisation', [transaction({ event: 'authorization' })], 'authorization'],
    [
      'an authorisation that was captured',
      [transaction({ event: 'authorization' }), transaction({ event: 'capture' })],
      'purchase',
    ],
    ['a capture alone', [transaction({ event: 'capture' })], 'purchase'],
    ['a pending payment that came through', [transaction({ event: 'pending' }), transaction()], 'purchase'],
    ['a purchase that names no method', [transaction({ paymentMethodId: null })], 'purchase'],
  ])('%s, once', (_name, transactions, transactionType) => {
    expect(verdict(transactions)).toEqual({ kind: 'charged', transactionType, charges: 1 })
  })

  test('two purchases, which a person must hear of', () => {
    expect(verdict([transaction(), transaction()])).toMatchObject({ kind: 'charged', charges: 2 })
  })

  test.each(['captured', 'paid', 'authorized'])(
    'an order that says %s where the gateway records nothing',
    (paymentStatus) => {
      expect(verdict([], { given: order({ statusId: 11, paymentStatus }) })).toMatchObject({
        kind: 'charged',
        charges: 1,
      })
    },
  )

  test('a gift certificate that paid less than was due', () => {
    const part = transaction({
      money: { amount: 2000, currency: 'USD' },
      paymentMethodId: gift.paymentMethodId,
    })
    expect(verdict([part], { of: gift })).toMatchObject({ kind: 'charged' })
  })
})

describe('charged is not said of', () => {
  test.each([
    ['another amount', transaction({ money: { amount: 6099, currency: 'USD' } })],
    ['another currency', transaction({ money: { amount: 6098, currency: 'EUR' } })],
    ['another method', transaction({ paymentMethodId: 'authorizenet.card' })],
    ['an amount that is none', transaction({ money: null })],
    ['a refund', transaction({ event: 'refund' })],
  ])('%s', (_name, other) => {
    expect(verdict([other]).kind).not.toBe('charged')
  })

  test('the trace of an earlier gift certificate, when this one is the second', () => {
    const first = transaction({
      money: { amount: 2000, currency: 'USD' },
      paymentMethodId: gift.paymentMethodId,
    })
    expect(verdict([first], { of: gift, prior: { ...nobodyElse, succeeded: 1, parts: 1 } }).kind).not.toBe(
      'charged',
    )
  })

  test('the nameless trace of an earlier part, paid by another method', () => {
    const part = transaction({ money: { amount: 2000, currency: 'USD' }, paymentMethodId: null })
    expect(verdict([part], { of: gift, prior: { ...nobodyElse, parts: 1 } }).kind).not.toBe('charged')
  })

  test('an order that somebody paid elsewhere, by another method', () => {
    const elsewhere = transaction({ paymentMethodId: 'paypal.express' })
    expect(verdict([elsewhere], { given: order({ statusId: 11, paymentStatus: 'captured' }) }).kind).toBe(
      'unclear',
    )
  })
})

describe('a decline', () => {
  const decline = (change: Partial<Transaction> = {}) => transaction({ status: 'error', ...change })
  const priorDecline = { ...nobodyElse, declined: 1 }

  test('that ends a pending payment of this attempt is its end', () => {
    const pending = transaction({ event: 'pending' })
    expect(verdict([pending, decline({ referenceId: pending.id })]).kind).toBe('declined')
    expect(verdict([pending, decline({ referenceId: 4711 })]).kind).not.toBe('declined')
  })

  test('that ends a pending payment is not counted against the cards that were declined at once before it', () => {
    const pending = transaction({ event: 'pending' })
    const ended = [pending, decline({ referenceId: pending.id })]
    expect(verdict(ended, { prior: priorDecline }).kind).toBe('declined')
  })

  test('that ends an earlier pending payment says nothing of this one', () => {
    const earlier = transaction({ event: 'pending' })
    const ended = [earlier, decline({ referenceId: earlier.id })]
    const prior = { ...priorDecline, failedLater: 1 }
    expect(verdict(ended, { prior }).kind).toBe('untouched')
    const pending = transaction({ event: 'pending' })
    // The earlier one may also be of somebody who pays elsewhere, as long as this one is still open.
    expect(verdict([...ended, pending]).kind).toBe('pending')
    expect(verdict([...ended, pending], { prior }).kind).toBe('pending')
    expect(verdict([...ended, pending, decline({ referenceId: pending.id })], { prior }).kind).toBe(
      'declined',
    )
  })

  test('more than our other attempts account for only seems to be this one: somebody may have tried elsewhere', () => {
    expect(verdict([decline()]).kind).toBe('seems_declined')
    expect(verdict([decline()], { prior: priorDecline }).kind).toBe('untouched')
    expect(verdict([decline(), decline()], { prior: priorDecline }).kind).toBe('seems_declined')
  })

  test('of the whole order only seems to be of this attempt', () => {
    expect(verdict([], { given: order({ statusId: 6, paymentStatus: 'declined' }) }).kind).toBe(
      'seems_declined',
    )
  })

  test('counts for nothing beside a charge, or while BigCommerce is still at it', () => {
    expect(verdict([decline(), transaction()]).kind).toBe('charged')
    const busy = order({ statusId: 7, paymentStatus: 'pending' })
    expect(verdict([transaction({ event: 'pending' }), decline()], { given: busy }).kind).toBe('pending')
  })
})

test('pending is said of a pending transaction, and of a pending order unless it is paid in part', () => {
  expect(verdict([transaction({ event: 'pending' })]).kind).toBe('pending')
  expect(verdict([], { given: order({ statusId: 7, paymentStatus: 'pending' }) }).kind).toBe('pending')
  expect(verdict([], { given: order({ statusId: 12, paymentStatus: 'held for review' }) }).kind).toBe(
    'pending',
  )
  const partPaid = {
    given: order({ statusId: 1, paymentStatus: 'pending' }),
    prior: { ...nobodyElse, parts: 1 },
  }
  expect(verdict([], partPaid).kind).toBe('untouched')
})

test('untouched is only an order in the state, and with the amount due, in which it was to be paid', () => {
  expect(verdict([]).kind).toBe('untouched')
  expect(verdict([], { given: order({ statusId: 1 }) }).kind).toBe('unclear')
  expect(verdict([], { given: order({ statusId: 11 }) }).kind).toBe('unclear')
  expect(verdict([], { given: order({ due: { amount: 4098, currency: 'USD' } }) }).kind).toBe('unclear')
})

describe('a partial reading', () => {
  const partial = (transactions: Transaction[], given: Order | null = order()) =>
    verdict(transactions, { isWhole: false, given }).kind

  test('proves a charge that it shows, by either witness', () => {
    expect(partial([transaction()])).toBe('charged')
    expect(partial([transaction()], null)).toBe('charged')
    expect(partial([], order({ statusId: 11, paymentStatus: 'captured' }))).toBe('charged')
  })

  test('shows what is pending', () => {
    expect(partial([transaction({ event: 'pending' })], null)).toBe('pending')
    expect(partial([], order({ paymentStatus: 'pending' }))).toBe('pending')
  })

  test.each([
    ['nothing', []],
    ['a decline', [transaction({ status: 'error' })]],
    [
      'a pending payment that failed',
      [transaction({ id: 1, event: 'pending' }), transaction({ status: 'error', referenceId: 1 })],
    ],
  ])('that shows %s proves nothing', (_what, transactions) => {
    expect(partial(transactions)).toBe('unclear')
    expect(partial(transactions, order({ statusId: 6 }))).toBe('unclear')
    expect(partial(transactions, null)).toBe('unclear')
  })
})

test('an order that does not say what is due is untouched as long as its state is', () => {
  expect(verdict([], { given: order({ due: null }) }).kind).toBe('untouched')
  expect(verdict([], { given: order({ due: null, statusId: null }) }).kind).toBe('unclear')
})

test('a pending payment without an id stays open, whatever refers to nothing', () => {
  const pending = transaction({ id: null, event: 'pending' })
  expect(verdict([pending, transaction({ status: 'error' })], { isWhole: false }).kind).toBe('pending')
})

test('the method is compared without case', () => {
  const spelled = attemptOf({ ...attempt, paymentMethodId: 'Stripe.Card' })
  expect(verdict([transaction()], { of: spelled }).kind).toBe('charged')
})
