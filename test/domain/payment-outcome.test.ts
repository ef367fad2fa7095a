import { describe, expect, test } from 'vitest'
import { BIGCOMMERCE_CODES } from '../../src/domain/bigcommerce-codes.ts'
import { type PaymentOutcome, type Refusal, settlementOf } from '../../src/domain/payment-outcome.ts'
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
    { status: 'not_sent', problemCode: 'upstream_unavailable', isProvenUnsent: true },
  ],
  [
    'turned away',
    { kind: 'turned_away', reason: 'rate_limited', retryAfterSeconds: 4, answeredAtMs: 7 },
    { status: 'unknown', answeredAs: 'turned_away', answeredAtMs: 7, firstLookInMs: 0 },
  ],
  [
    'a refusal in unknown words',
    {
      kind: 'unknown',
      reason: 'unrecognised_answer',
      bigcommerceCode: 30108,
      refused: { as: 'refused', atMs: 7 },
    },
    { status: 'unknown', bigcommerceCode: 30108, answeredAs: 'refused', answeredAtMs: 7, firstLookInMs: 0 },
  ],
  [
    'a refused PAT',
    { kind: 'unknown', reason: 'token_refused', bigcommerceCode: null },
    { status: 'unknown', bigcommerceCode: null, firstLookInMs: 1_000 },
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
