import { describe, expect, test } from 'vitest'
import { BIGCOMMERCE_CODES } from '../../src/domain/bigcommerce-codes.ts'
import {
  type PaymentOutcome,
  problemOfNotSent,
  type Refusal,
  settlementOf,
} from '../../src/domain/payment-outcome.ts'
import { PROBLEMS } from '../../src/domain/problems.ts'

const paid = { bigcommercePaymentId: 'bc-1', transactionType: 'authorization' } as const
const declined = (refusal: Refusal): PaymentOutcome => ({ kind: 'declined', refusal })

test.each([
  ['succeeded', { kind: 'succeeded', ...paid }, { status: 'succeeded', ...paid }],
  ['pending', { kind: 'pending', ...paid }, { status: 'pending', ...paid }],
  [
    'unknown',
    { kind: 'unknown', reason: 'timed_out', bigcommerceCode: null },
    { status: 'unknown', bigcommerceCode: null },
  ],
  [
    'an unknown with a code',
    { kind: 'unknown', reason: 'possible_duplicate', bigcommerceCode: 30105 },
    { status: 'unknown', bigcommerceCode: 30105 },
  ],
  [
    'unreachable',
    { kind: 'not_sent', reason: 'unreachable' },
    { status: 'not_sent', problemCode: 'upstream_unavailable' },
  ],
  [
    'rate limited',
    { kind: 'not_sent', reason: 'rate_limited', retryAfterSeconds: 4 },
    { status: 'not_sent', problemCode: 'upstream_busy' },
  ],
] as const)('%s is written down as what it is', (_what, outcome, settlement) => {
  expect(settlementOf(outcome)).toEqual(settlement)
})

const refusals: [string, Refusal][] = [
  ...Object.entries(BIGCOMMERCE_CODES)
    .filter(([, { charge }]) => charge === 'declined')
    .map(([code]): [string, Refusal] => [code, { by: 'code', bigcommerceCode: Number(code) }]),
  ['a code of no table', { by: 'code', bigcommerceCode: 39999 }],
  ['fields', { by: 'fields' }],
  ['authentication', { by: 'authentication_required' }],
]

describe.each(refusals)('a charge refused by %s', (_by, refusal) => {
  const { status, problemCode } = settlementOf(declined(refusal))

  test('is declined with a problem, so that it is never mistaken for one that is not final', () => {
    expect(status).toBe('declined')
    expect(problemCode).toBeDefined()
  })

  test('ends its key: no answer to it advises the same key again', () => {
    expect(['new_key', 'never']).toContain(PROBLEMS[problemCode ?? 'internal_error'].retry)
  })
})

test('a charge that never left may be repeated with the same key, after the pause that BigCommerce asks for', () => {
  expect(problemOfNotSent({ kind: 'not_sent', reason: 'unreachable' })).toMatchObject({
    code: 'upstream_unavailable',
    options: {},
  })
  expect(problemOfNotSent({ kind: 'not_sent', reason: 'rate_limited', retryAfterSeconds: 7 })).toMatchObject({
    code: 'upstream_busy',
    options: { retryAfterSeconds: 7 },
  })
  expect([PROBLEMS.upstream_unavailable.retry, PROBLEMS.upstream_busy.retry]).toEqual(['same_key', 'after'])
})
