import { expect, test } from 'vitest'
import { conclude } from '../../src/domain/conclusion.ts'
import type { PaymentAttempt } from '../../src/domain/payment-attempt.ts'
import { orderOf } from '../services/fakes.ts'
import { attemptOf, transactionOf } from './samples.ts'

const issuedAtMs = Date.UTC(2026, 0, 2)
const hour = 60 * 60_000
const ended: PaymentAttempt = attemptOf({
  status: 'not_charged',
  amount: 6098,
  currency: 'USD',
  sentAtMs: issuedAtMs,
  unsettledSinceMs: issuedAtMs + 1_000,
  patIssuedAtMs: issuedAtMs,
  patExpiresAtMs: issuedAtMs + hour,
})
const other = { ...ended, id: 'other' }
const seen = (...transactions: ReturnType<typeof transactionOf>[]) => ({
  order: orderOf(),
  transactions,
  isWhole: true,
  showsAllVoids: true,
  answeredAtMs: issuedAtMs + 3 * hour,
  failures: [],
})
const late = transactionOf({ createdAtMs: issuedAtMs + 1_000 })
const concluded = (
  attempt: PaymentAttempt,
  transactions: ReturnType<typeof transactionOf>[],
  others: PaymentAttempt[] = [],
) => conclude(attempt, seen(...transactions), others, issuedAtMs + 3 * hour)

test('a late charge corrects the one end that it can be of, and people hear of it', () => {
  expect(concluded(ended, [late])).toMatchObject({ end: { status: 'succeeded' }, alert: 'late_charge' })
})

test('a charge without a date, where two ends could be meant, changes no word, closes the order and is told', () => {
  expect(concluded(ended, [transactionOf()], [other])).toMatchObject({
    end: null,
    isUnaccounted: true,
    alert: 'late_charge',
  })
})

test('a charge in the time of one end corrects it, whatever else without a date the order shows', () => {
  const next = { ...other, patIssuedAtMs: issuedAtMs + 2 * hour, patExpiresAtMs: issuedAtMs + 3 * hour }
  const declinedElsewhere = transactionOf({ status: 'error' })
  const ofAnotherAmount = transactionOf({ money: { amount: 1, currency: 'USD' } })
  expect(concluded(ended, [declinedElsewhere, ofAnotherAmount, late], [next])).toMatchObject({
    end: { status: 'succeeded' },
    alert: 'late_charge',
  })
})

test('a look at one end does not take back that a charge is shown which another may be meant by', () => {
  const next = { ...other, patIssuedAtMs: issuedAtMs + 2 * hour, patExpiresAtMs: issuedAtMs + 3 * hour }
  expect(concluded(next, [late], [ended])).toMatchObject({ end: null, isUnaccounted: null })
  const paid = { ...ended, status: 'succeeded' as const, holdsOrder: true }
  expect(concluded(next, [late], [paid])).toMatchObject({ end: null, isUnaccounted: false })
  expect(concluded(next, [], [ended])).toMatchObject({ end: null, isUnaccounted: false })
})

test('an end without doubt is never corrected: no payment accounts for the charge', () => {
  const certain = { ...ended, status: 'declined' as const, unsettledSinceMs: null }
  expect(concluded(certain, [late])).toMatchObject({ end: null, isUnaccounted: true, alert: 'late_charge' })
})

test('a charge that may be of an attempt alive is left to that one', () => {
  const alive = { ...other, status: 'unknown' as const }
  expect(concluded(ended, [late], [alive])).toMatchObject({ end: null, isUnaccounted: null, alert: null })
})

test('a second charge beside a success raises the alert and changes nothing', () => {
  const paid = { ...ended, status: 'succeeded' as const, holdsOrder: true }
  expect(concluded(paid, [late])).toMatchObject({ end: null, isUnaccounted: false, alert: null })
  expect(concluded(paid, [late, transactionOf({ createdAtMs: issuedAtMs + 2_000 })])).toMatchObject({
    end: null,
    isUnaccounted: true,
    alert: 'duplicate_charge',
  })
})

test.each([
  ['30105', { bigcommerceCode: 30105 }],
  ['once pending', { pendingSinceMs: issuedAtMs }],
  ['a bank account', { instrumentType: 'stored_bank_account' as const }],
])('absence never ends an attempt: %s', (_what, change) => {
  const quiet = { looks: 9, sinceMs: issuedAtMs }
  const open = { ...ended, ...change, status: 'unknown' as const, quiet }
  expect(concluded(open, []).end).toBeNull()
  expect(concluded({ ...open, sentAtMs: issuedAtMs - 8 * 24 * hour }, []).end).toEqual({
    status: 'needs_review',
  })
})

test.each([
  ['refused', 60_000, 'declined'],
  ['turned_away', 60_000, 'not_sent'],
  ['refused_oddly', 600_000, 'declined'],
] as const)('an answer %s is settled when nothing has shown for %i ms', (answeredAs, windowMs, status) => {
  const open = { ...ended, status: 'unknown' as const, answeredAs, answeredAtMs: issuedAtMs }
  const at = (ageMs: number) =>
    conclude(open, { ...seen(), answeredAtMs: issuedAtMs + ageMs }, [], issuedAtMs).end
  expect(at(windowMs - 1)).toBeNull()
  expect(at(windowMs)).toMatchObject({ status })
})

test('two charges that can only be of one open attempt end it, raise the alert and close the order', () => {
  const open = { ...ended, status: 'unknown' as const }
  const second = transactionOf({ createdAtMs: issuedAtMs + 2_000 })
  expect(concluded(open, [late])).toMatchObject({
    end: { status: 'succeeded' },
    isUnaccounted: false,
    alert: null,
  })
  expect(concluded(open, [late, second])).toMatchObject({
    end: { status: 'succeeded' },
    isUnaccounted: true,
    alert: 'duplicate_charge',
  })
})
