import { expect, test } from 'vitest'
import { pauseSeconds, payUntilKnown } from '../../../demo/page/pay-until-known.ts'
import type { Answer } from '../../../demo/page/payments-api.ts'
import type { Payment, Problem } from '../../../demo/page/payments-api-types.ts'

type PayAnswer = Answer<{ readonly data: Payment }>

const ok = (status: string): PayAnswer => ({
  kind: 'ok',
  status: status === 'success' ? 201 : 202,
  body: { data: { id: 'p-1', status, amount: 6098, currency: 'USD', instrument_type: 'card' } },
  retryAfterSeconds: 2,
})
const problem = (code: string, status: number, retry: Problem['retry']): PayAnswer => ({
  kind: 'problem',
  problem: { code, status, retry, request_id: 'r-1' },
  retryAfterSeconds: null,
})
const lost: PayAnswer = { kind: 'lost' }
const declined = problem('payment_declined', 402, 'new_key')
const busy = problem('upstream_busy', 503, 'after')
const away = problem('store_unavailable', 503, 'same_key')
const running = problem('request_in_progress', 409, 'after')

async function pay(answers: PayAnswer[]) {
  const doubts: string[] = []
  const left = [...answers]
  const ending = await payUntilKnown({
    send: async () => left.shift() ?? ok('success'),
    onDoubt: (doubt) => doubts.push(doubt),
    sleep: async () => {},
  })
  return { end: ending.kind, doubts, unused: left.length }
}

test.each([
  ['paid at once', [ok('success')], 'paid', []],
  ['declined at once', [declined], 'refused', []],
  ['an answer lost on its way', [lost, running, ok('success')], 'paid', ['lost', 'processing']],
  ['unknown, then paid', [ok('unknown'), ok('unknown'), ok('success')], 'paid', ['unknown', 'unknown']],
  ['pending, then declined', [ok('pending'), declined], 'refused', ['pending']],
  ['busy, then declined', [busy, declined], 'refused', ['busy']],
  ['paid from elsewhere', [problem('order_already_paid', 409, 'never')], 'already_paid', []],
  ['not sent', [away], 'refused', []],
] as const)('%s', async (_name, answers, end, doubts) => {
  expect(await pay([...answers])).toEqual({ end, doubts, unused: 0 })
})

test('once in doubt, that the service is away is no proof that nothing was charged', async () => {
  const { end, doubts } = await pay([
    lost,
    away,
    busy,
    problem('order_not_found', 404, 'never'),
    ok('success'),
  ])

  expect(end).toBe('paid')
  expect(doubts).toEqual(['lost', 'lost', 'lost', 'lost'])
})

test('asks less and less often, and never sooner than it was told to', () => {
  expect([1, 2, 3, 4, 20].map((tries) => pauseSeconds(tries, null))).toEqual([1, 1.5, 2.25, 3.375, 15])
  expect(pauseSeconds(1, 4)).toBe(4)
})
