import { describe, expect, test } from 'vitest'
import { BIGCOMMERCE_CODES } from '../../src/domain/bigcommerce-codes.ts'
import { answerOf, toPaymentBody, toPaymentView } from '../../src/domain/payment-answer.ts'
import { ATTEMPT_STATUSES, isFinal } from '../../src/domain/payment-attempt.ts'
import { PROBLEMS } from '../../src/domain/problems.ts'
import { attemptOf } from './samples.ts'

/** The moment of asking: decides nothing of a payment that has ended. */
const nowMs = Date.UTC(2026, 0, 2, 4)
const paid = attemptOf({
  status: 'succeeded',
  amount: 6098,
  currency: 'USD',
  transactionType: 'purchase',
  bigcommercePaymentId: 'bc-1',
})

test('a payment is shown with these fields and no others', () => {
  expect(toPaymentView(paid, nowMs)).toEqual({
    id: paid.id,
    order_id: 118,
    status: 'success',
    transaction_type: 'purchase',
    amount: 6098,
    currency: 'USD',
    payment_method_id: 'stripe.card',
    instrument_type: 'card',
    bigcommerce_id: 'bc-1',
    bigcommerce_code: null,
    created_at: '2026-01-02T03:04:05.000Z',
    updated_at: '2026-01-02T03:04:06.000Z',
  })
})

test('paid is 201, and nothing else is', () => {
  expect(answerOf(paid, nowMs)).toEqual({ status: 201, body: { data: toPaymentView(paid, nowMs), meta: {} } })
  for (const status of ATTEMPT_STATUSES.filter((one) => one !== 'succeeded')) {
    expect(answerOf(attemptOf({ status }), nowMs).status, status).not.toBe(201)
  }
})

describe('not final is 202 with the advice not to pay again', () => {
  test.each(ATTEMPT_STATUSES.filter((status) => !isFinal(status)))('%s', (status) => {
    const answer = answerOf(attemptOf({ status }), nowMs)
    expect(answer.status).toBe(202)
    expect(answer.body).toMatchObject({
      meta: { retry: 'after', detail: expect.stringContaining('Do not pay again') },
    })
  })
})

test('an unknown outcome tells its code, and is not a refusal', () => {
  const answer = answerOf(attemptOf({ status: 'unknown', bigcommerceCode: 30105 }), nowMs)
  expect(answer).toMatchObject({
    status: 202,
    body: { data: { status: 'unknown', bigcommerce_code: 30105 } },
  })
})

const declines = Object.entries(BIGCOMMERCE_CODES).filter(([, row]) => row.charge === 'declined')

test.each(declines)(
  'a charge refused by %s is answered with its problem, its sentence and its number',
  (code, row) => {
    const attempt = attemptOf({ status: 'declined', bigcommerceCode: Number(code), problemCode: row.problem })
    expect(answerOf(attempt, nowMs)).toMatchObject({
      status: PROBLEMS[row.problem].status,
      body: {
        code: row.problem,
        detail: row.detail ?? PROBLEMS[row.problem].detail,
        bigcommerce_code: Number(code),
        payment_id: attempt.id,
        request_id: attempt.requestId,
      },
    })
  },
)

test('the sentence of a code is not used for another problem', () => {
  const attempt = attemptOf({
    status: 'declined',
    bigcommerceCode: 30103,
    problemCode: 'merchant_configuration',
  })
  expect(answerOf(attempt, nowMs).body).toMatchObject({ detail: PROBLEMS.merchant_configuration.detail })
})

test('asking twice gets the same answer: it depends on nothing but the attempt', () => {
  expect(JSON.stringify(answerOf(paid, nowMs))).toBe(JSON.stringify(answerOf(structuredClone(paid), nowMs)))
})

test('while it is held in doubt, a payment says since when, why, when it is looked at next and when it is free', () => {
  const fields = ['free_at_latest', 'held_since', 'next_look_at', 'why']
  for (const status of ATTEMPT_STATUSES) {
    const isHeld = ['unknown', 'pending', 'needs_review'].includes(status)
    const told = Object.keys(toPaymentView(attemptOf({ status, sentAtMs: 1 }), nowMs))
    expect(
      fields.filter((field) => told.includes(field)),
      status,
    ).toEqual(isHeld ? fields : [])
  }
})

test('what a person decided is told in words of its own: BigCommerce has not said it', () => {
  const attempt = attemptOf({ status: 'not_charged', problemCode: 'payment_not_charged', decidedAtMs: 1 })
  expect(answerOf(attempt, nowMs)).toMatchObject({
    status: 402,
    body: { code: 'payment_not_charged', detail: expect.stringContaining('decided by the shop') },
  })
  expect(JSON.stringify(answerOf(attempt, nowMs))).not.toContain('BigCommerce')
  const words = { meta: { detail: expect.stringContaining('decided by the shop') } }
  expect(toPaymentBody(attempt, nowMs)).toMatchObject(words)
  expect(answerOf({ ...paid, decidedAtMs: 1 }, nowMs)).toMatchObject({ status: 201, body: words })
})
