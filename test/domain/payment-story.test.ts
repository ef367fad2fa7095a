import { expect, test } from 'vitest'
import { conclude } from '../../src/domain/conclusion.ts'
import type { PaymentAttempt } from '../../src/domain/payment-attempt.ts'
import { notesOfLook, storyOf } from '../../src/domain/payment-story.ts'
import type { Transaction } from '../../src/domain/transaction.ts'
import { orderOf } from '../services/fakes.ts'
import { attemptOf, transactionOf } from './samples.ts'

const issuedAtMs = Date.UTC(2026, 0, 2)
const minute = 60_000
const hour = 60 * minute
const unknown = attemptOf({
  status: 'unknown',
  amount: 6098,
  currency: 'USD',
  createdAtMs: issuedAtMs - 1_000,
  sentAtMs: issuedAtMs,
  unsettledSinceMs: issuedAtMs + minute,
  patIssuedAtMs: issuedAtMs,
  patExpiresAtMs: issuedAtMs + hour,
})

function noted(
  attempt: PaymentAttempt,
  transactions: Transaction[],
  { atMs = issuedAtMs + 3 * hour, others = [] }: { atMs?: number; others?: PaymentAttempt[] } = {},
) {
  const reading = {
    order: orderOf(),
    transactions,
    isWhole: true,
    showsAllVoids: true,
    answeredAtMs: atMs,
    failures: [],
  }
  return notesOfLook(attempt, conclude(attempt, reading, others, atMs), reading, others).map(
    ({ by, what }) => `${by}: ${what}`,
  )
}

test('a look that changes nothing is not told', () => {
  expect(noted(unknown, [], { atMs: issuedAtMs + minute })).toEqual([])
  expect(
    noted({ ...unknown, quiet: { looks: 1, sinceMs: issuedAtMs + 2 * hour } }, [], {
      atMs: issuedAtMs + 2 * hour + minute,
    }),
  ).toEqual([])
})

test.each([
  ['a charge', unknown, [transactionOf({ createdAtMs: issuedAtMs + 1_000 })], 'success'],
  [
    'a pending payment',
    unknown,
    [transactionOf({ event: 'pending', createdAtMs: issuedAtMs + 1_000 })],
    'pending',
  ],
  ['no charge, for the first time after its time', unknown, [], 'its access token has expired'],
  [
    'no charge in the last of several looks',
    { ...unknown, quiet: { looks: 2, sinceMs: issuedAtMs + 2 * hour } },
    [],
    'not charged',
  ],
] satisfies [string, PaymentAttempt, Transaction[], string][])(
  'a look that finds %s is told once',
  (_name, attempt, shown, says) => {
    const told = noted(attempt, shown)
    expect(told).toHaveLength(1)
    expect(told[0]).toContain('Tillgate: ')
    expect(told[0]).toContain(says)
  },
)

test('a late charge is told as a correction, and one more than there should be as an alert', () => {
  const ended = { ...unknown, status: 'not_charged' as const, endedAtMs: issuedAtMs + 2 * hour }
  const late = transactionOf({ createdAtMs: issuedAtMs + 1_000 })
  expect(noted(ended, [late])[0]).toContain('not_charged is corrected to success')
  const paid = { ...unknown, status: 'succeeded' as const, holdsOrder: true }
  const second = transactionOf({ createdAtMs: issuedAtMs + 2_000 })
  expect(noted(paid, [late, second])).toEqual([expect.stringContaining('more charges')])
})

test('what the merchant did after the success is told as theirs, each once by its transaction, and changes no word', () => {
  const paid = { ...unknown, status: 'succeeded' as const, holdsOrder: true, endedAtMs: issuedAtMs + 1_000 }
  const charge = transactionOf({ event: 'authorization', createdAtMs: issuedAtMs + 1_000 })
  const later = { createdAtMs: issuedAtMs + hour, referenceId: charge.id }
  const capture = transactionOf({ ...later, event: 'capture' })
  const refund = transactionOf({ ...later, event: 'refund', money: { amount: 1000, currency: 'USD' } })
  const failed = transactionOf({ ...later, event: 'refund', status: 'error' })
  expect(noted(paid, [charge, capture, refund, failed])).toEqual([
    `the merchant: captured 60.98 USD at BigCommerce (transaction ${capture.id})`,
    `the merchant: refunded 10.00 USD at BigCommerce (transaction ${refund.id})`,
  ])
  const voided = transactionOf({ ...later, event: 'void' })
  expect(noted(paid, [charge, voided])).toEqual([
    `the merchant: voided 60.98 USD at BigCommerce (transaction ${voided.id})`,
  ])
  // What was refused before was voided, not what was paid; and of which it is, a void does not always say.
  const refused = transactionOf({ event: 'authorization', status: 'error', createdAtMs: issuedAtMs })
  for (const referenceId of [refused.id, null, 4_711])
    expect(noted(paid, [refused, charge, transactionOf({ ...later, event: 'void', referenceId })])).toEqual(
      [],
    )
  // Of an unknown payment it is no act after a success.
  expect(noted(unknown, [charge, voided]).filter((one) => one.startsWith('the merchant'))).toEqual([])
})

test.each([
  [{ bigcommerceCode: 30105 }, 'BigCommerce says that it may be a duplicate (30105).'],
  [
    { bigcommerceCode: 10000 },
    'BigCommerce answered with code 10000, which does not say whether it was charged.',
  ],
  [{ answeredAs: 'turned_away' }, 'BigCommerce turned it away because of its rate limit.'],
  [{ answeredAs: 'refused' }, 'BigCommerce refused it in words that are not documented.'],
  [{ pendingSinceMs: unknown.unsettledSinceMs }, 'BigCommerce had accepted it, but not completed it.'],
] as const)('why it held its order is still told of a payment that has ended: %j', (columns, why) => {
  const ended = { ...unknown, ...columns, status: 'succeeded' as const, endedAtMs: issuedAtMs + hour }
  expect(storyOf(ended, 'shop', []).map(({ what }) => what)).toContain(`held the order: ${why}`)
})

test('a story has what the columns say and what was noted, in order, each once', () => {
  const end = { atMs: issuedAtMs + 2 * hour, what: 'looks found no charge', by: 'Tillgate', because: null }
  const ended = { ...unknown, status: 'not_charged' as const, endedAtMs: end.atMs }
  expect(storyOf(ended, 'shop', [end]).map(({ by, what }) => `${by}: ${what}`)).toEqual([
    'shop: began to pay order 118 by stripe.card (card)',
    'Tillgate: sent the charge over 60.98 USD to BigCommerce',
    'Tillgate: held the order: No clear answer to the charge came.',
    'Tillgate: looks found no charge',
  ])
  const declined = attemptOf({
    status: 'declined',
    problemCode: 'payment_declined',
    bigcommerceCode: 30106,
    endedAtMs: 9e12,
  })
  expect(storyOf(declined, 'shop', []).at(-1)?.what).toBe(
    "ended: declined (payment_declined, BigCommerce's code 30106)",
  )
})
