import { expect, test } from 'vitest'
import { heldPayment } from '../../src/domain/held-payment.ts'
import { ATTEMPT_STATUSES, isFinal, type PaymentAttempt } from '../../src/domain/payment-attempt.ts'
import { attemptOf } from './samples.ts'

const sentAtMs = Date.UTC(2026, 0, 2, 12)
const minute = 60_000
const at = (minutes: number) => new Date(sentAtMs + minutes * minute).toISOString()
const unknown = attemptOf({
  status: 'unknown',
  createdAtMs: sentAtMs - 1_000,
  sentAtMs,
  unsettledSinceMs: sentAtMs + minute,
  patExpiresAtMs: sentAtMs + 60 * minute,
  nextLookAtMs: sentAtMs + 3 * minute,
})
const held = (change: Partial<PaymentAttempt> = {}, minutes = 2) =>
  heldPayment({ ...unknown, ...change }, sentAtMs + minutes * minute)

test('a lost answer: since when, why, the next look, and 20 minutes after the access token expires at the latest', () => {
  expect(held()).toEqual({
    held_since: at(1),
    why: 'No clear answer to the charge came.',
    next_look_at: at(3),
    free_at_latest: at(80),
  })
})

test('a moment that has passed is not told: a look that is due comes at once, and what was the latest is not known any more', () => {
  expect(held({}, 90)).toMatchObject({ next_look_at: at(90), free_at_latest: null })
})

test('a look that was asked for comes before that of the schedule', () => {
  expect(held({ askedAtMs: sentAtMs + 2.5 * minute }).next_look_at).toBe(at(2.5))
  expect(held({ nextLookAtMs: null }).next_look_at).toBeNull()
})

test.each(['refused', 'turned_away'] as const)(
  'an answer that proves little (%s) holds for two minutes, then as a lost one',
  (answeredAs) => {
    const answered = { answeredAs, answeredAtMs: sentAtMs + minute }
    expect(held(answered).free_at_latest).toBe(at(3))
    expect(held(answered, 4).free_at_latest).toBe(at(80))
  },
)

test.each([
  ['pending', { status: 'pending' }],
  ['a person must decide', { status: 'needs_review' }],
  ['a possible duplicate', { bigcommerceCode: 30105 }],
  ['a lost answer of a bank account', { instrumentType: 'stored_bank_account' }],
  ['an unknown expiry', { patExpiresAtMs: null }],
] as const)('nothing is promised where time does not end it: %s', (_name, change) => {
  expect(held(change).free_at_latest).toBeNull()
})

test('every state without an end has a reason of its own, and an end has none', () => {
  const reasons = ATTEMPT_STATUSES.map((status) => held({ status }).why)
  expect(ATTEMPT_STATUSES.filter((_status, index) => reasons[index] === null)).toEqual(
    ATTEMPT_STATUSES.filter(isFinal),
  )
  const given = reasons.filter((reason) => reason !== null)
  expect(new Set(given).size).toBe(given.length)
  expect(held({ bigcommerceCode: 10000 }).why).toContain('10000')
})

test('what was put into the ledger by hand counts from when it was sent', () => {
  expect(held({ status: 'needs_review', unsettledSinceMs: null }).held_since).toBe(at(0))
  expect(held({ status: 'claimed', sentAtMs: null, unsettledSinceMs: null }).held_since).toBe(
    new Date(sentAtMs - 1_000).toISOString(),
  )
})
