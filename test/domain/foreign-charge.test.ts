import { expect, test } from 'vitest'
import { foreignCharge } from '../../src/domain/foreign-charge.ts'
import type { Transaction } from '../../src/domain/transaction.ts'
import { orderOf } from '../services/fakes.ts'
import { attemptOf, transactionOf } from './samples.ts'

const usd = (amount: number) => ({ amount, currency: 'USD' })
const gift = (amount: number, change: Partial<Transaction> = {}) =>
  transactionOf({
    method: 'gift_certificate',
    paymentMethodId: 'bigcommerce.gift_certificate',
    money: usd(amount),
    ...change,
  })
const ourGift = attemptOf({
  status: 'succeeded',
  instrumentType: 'gift_certificate',
  paymentMethodId: 'bigcommerce.gift_certificate',
  amount: 6098,
  currency: 'USD',
})
const shown = (
  transactions: Transaction[],
  { due = 6098, payments = [] as (typeof ourGift)[], paymentStatus = '' } = {},
) =>
  foreignCharge(
    {
      order: orderOf({ total: usd(6098), due: usd(due), paymentStatus }),
      transactions,
      isWhole: true,
      showsAllVoids: true,
      answeredAtMs: null,
      failures: [],
    },
    payments,
  )

test('a balance that the order takes off what is due is no charge against the rest', () => {
  expect(shown([gift(3000)], { due: 3098 })).toBe('none')
  expect(shown([gift(3000), gift(1000)], { due: 2098, payments: [ourGift] })).toBe('none')
})

test('a balance that the order does not take off may be charged twice', () => {
  expect(shown([gift(3000)])).toBe('charged')
  expect(shown([gift(3000), gift(1000)], { due: 3098 })).toBe('charged')
  expect(shown([gift(3000, { money: { amount: 3000, currency: 'EUR' } })], { due: 3098 })).toBe('charged')
})

test('a charge on a card is one, whatever else is taken off', () => {
  const card = transactionOf({ money: usd(3000) })
  expect(shown([card], { due: 3098 })).toBe('charged')
  expect(shown([card, gift(3000)], { due: 3098, payments: [ourGift] })).toBe('charged')
})

test('what was given back in full is no charge any more, and what was given back in part is one', () => {
  const card = transactionOf({ id: 70 })
  const refund = (amount: number, referenceId: number | null) =>
    transactionOf({ event: 'refund', money: usd(amount), referenceId })
  expect(shown([card, refund(6098, 70)])).toBe('none')
  expect(shown([card, refund(6098, null)])).toBe('none')
  expect(shown([card, refund(3000, 70), refund(3098, 70)])).toBe('none')
  expect(shown([card, refund(3000, 70)])).toBe('charged')
  expect(shown([card, transactionOf({ id: 71 }), refund(6098, null)])).toBe('charged')
  expect(shown([card, refund(6098, 99)])).toBe('charged')
})

test('our success does not explain a charge beside it because its own was given back', () => {
  const paid = { ...ourGift, instrumentType: 'card' as const, paymentMethodId: 'stripe.card' }
  const [own, another] = [transactionOf({ id: 80 }), transactionOf({ id: 81 })]
  const back = transactionOf({ event: 'refund', referenceId: 80 })
  expect(shown([own, back], { payments: [paid] })).toBe('none')
  expect(shown([own, another, back], { payments: [paid] })).toBe('charged')
})
