import { describe, expect, test } from 'vitest'
import { BIGCOMMERCE_CODES } from '../../src/domain/bigcommerce-codes.ts'
import { answerOf, toPaymentView } from '../../src/domain/payment-answer.ts'
import { ATTEMPT_STATUSES, isFinal } from '../../src/domain/payment-attempt.ts'
import { PROBLEMS } from '../../src/domain/problems.ts'
import { attemptOf } from './samples.ts'

const paid = attemptOf({
  status: 'succeeded',
  amount: 6098,
  currency: 'USD',
  transactionType: 'purchase',
  bigcommercePaymentId: 'bc-1',
})

test('a payment is shown with these fields and no others', () => {
  expect(toPaymentView(paid)).toEqual({
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
  expect(answerOf(paid)).toEqual({ status: 201, body: { data: toPaymentView(paid), meta: {} } })
  for (const status of ATTEMPT_STATUSES.filter((one) => one !== 'succeeded')) {
    expect(answerOf(attemptOf({ status })).status, status).not.toBe(201)
  }
})

describe('not final is 202 with the advice not to pay again', () => {
  test.each(ATTEMPT_STATUSES.filter((status) => !isFinal(status)))('%s', (status) => {
    const answer = answerOf(attemptOf({ status }))
    expect(answer.status).toBe(202)
    expect(answer.body).toMatchObject({
      meta: { retry: 'after', detail: expect.stringContaining('Do not pay again') },
    })
  })
})

test('an unknown outcome tells its code, and is not a refusal', () => {
  const answer = answerOf(attemptOf({ status: 'unknown', bigcommerceCode: 30105 }))
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
    expect(answerOf(attempt)).toMatchObject({
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
  expect(answerOf(attempt).body).toMatchObject({ detail: PROBLEMS.merchant_configuration.detail })
})

test('asking twice gets the same answer: it depends on nothing but the attempt', () => {
  expect(JSON.stringify(answerOf(paid))).toBe(JSON.stringify(answerOf(structuredClone(paid))))
})
