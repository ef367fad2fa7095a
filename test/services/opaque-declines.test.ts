import { expect, test } from 'vitest'
import { answerOf } from '../../src/domain/payment-answer.ts'
import type { PROBLEM_CODES } from '../../src/domain/problems.ts'
import { opaqueAnswer, opaqueAttempt } from '../../src/services/opaque-declines.ts'
import { attemptOf } from '../domain/samples.ts'

/** The moment of asking: decides nothing of a payment that has ended. */
const nowMs = Date.UTC(2026, 0, 2, 4)
const declinedBy = (bigcommerceCode: number | null, problemCode: (typeof PROBLEM_CODES)[number]) =>
  attemptOf({ status: 'declined', bigcommerceCode, problemCode })
const opaque = answerOf(declinedBy(null, 'payment_declined'), nowMs)

test.each([
  [30102, 'payment_declined'],
  [30103, 'payment_declined'],
  [30104, 'payment_declined'],
  [30106, 'payment_declined'],
  [30107, 'payment_declined'],
  [null, 'payment_authentication_required'],
] as const)('%s %s becomes the one opaque decline, in answers and in reads', (code, problem) => {
  const attempt = declinedBy(code, problem)
  expect(opaqueAnswer(answerOf(attempt, nowMs))).toEqual(opaque)
  expect(opaqueAttempt(attempt)).toEqual(declinedBy(null, 'payment_declined'))
})

test.each([
  [10001, 'payment_rejected'],
  [30000, 'merchant_configuration'],
  [30051, 'instrument_not_found'],
  [null, 'payment_not_charged'],
] as const)('%s %s is no reason of a bank, and stays', (code, problem) => {
  const attempt = declinedBy(code, problem)
  expect(opaqueAnswer(answerOf(attempt, nowMs))).toEqual(answerOf(attempt, nowMs))
  expect(opaqueAttempt(attempt)).toEqual(attempt)
})

test('after doubt it says no more than BigCommerce shows, and never that nothing was charged', () => {
  const attempt = { ...declinedBy(30104, 'payment_declined'), unsettledSinceMs: nowMs }
  const { body } = opaqueAnswer(answerOf(attempt, nowMs))
  expect(body).toMatchObject({ code: 'payment_declined', detail: expect.stringContaining('shows no charge') })
  expect(JSON.stringify(body)).not.toMatch(/30104|nothing was charged/i)
})

test('the bank’s code is nowhere in what is said of a payment in doubt, or that ended so', () => {
  const inDoubt = { bigcommerceCode: 30104, problemCode: null, unsettledSinceMs: nowMs }
  for (const attempt of [
    attemptOf({ ...inDoubt, status: 'unknown' }),
    attemptOf({ ...inDoubt, status: 'unknown', answeredAs: 'refused_oddly', answeredAtMs: nowMs }),
    attemptOf({ ...inDoubt, status: 'needs_review' }),
    attemptOf({ ...inDoubt, status: 'not_charged', problemCode: 'payment_not_charged' }),
  ]) {
    const hidden = opaqueAttempt(attempt)
    expect(hidden).toEqual({ ...attempt, bigcommerceCode: null })
    expect(opaqueAnswer(answerOf(attempt, nowMs))).toEqual(answerOf(hidden, nowMs))
    expect(JSON.stringify(answerOf(hidden, nowMs))).not.toContain('30104')
  }
})

test('payments that succeeded or are not final are told as they are', () => {
  for (const status of ['succeeded', 'unknown', 'pending'] as const) {
    const attempt = attemptOf({ status, problemCode: null, bigcommerceCode: null })
    expect(opaqueAnswer(answerOf(attempt, nowMs))).toEqual(answerOf(attempt, nowMs))
    expect(opaqueAttempt(attempt)).toEqual(attempt)
  }
})
