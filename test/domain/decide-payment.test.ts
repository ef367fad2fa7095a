import { expect, test } from 'vitest'
import type { Conclusion } from '../../src/domain/conclusion.ts'
import { judgeDecision } from '../../src/domain/decide-payment.ts'
import type { Verdict } from '../../src/domain/evidence.ts'
import { attemptOf } from './samples.ts'

const sentAtMs = Date.UTC(2026, 0, 2)
const hour = 3_600_000
const attempt = attemptOf({ status: 'unknown', sentAtMs, patExpiresAtMs: sentAtMs + hour })
const charged: Verdict = {
  kind: 'charged',
  by: 'transactions',
  transactionType: 'purchase',
  charges: 1,
  sure: 1,
  isDated: true,
}
const absent: Verdict = { kind: 'absent', word: 'not_charged', isPaidOtherwise: false }

const judged = (
  decision: 'charged' | 'not-charged',
  verdict: Verdict | null,
  { end = null, laterMs = 2 * hour }: { end?: Conclusion['end']; laterMs?: number } = {},
) => {
  const answeredAtMs = sentAtMs + laterMs
  const reading = verdict && {
    order: null,
    transactions: [],
    isWhole: true,
    showsAllVoids: true,
    answeredAtMs,
    failures: [],
  }
  const conclusion = { verdict, end, quiet: null, isUnaccounted: null, alert: null }
  return judgeDecision(decision, attempt, conclusion, reading, answeredAtMs).kind
}

test.each([
  [charged, 'found', 'refused'],
  [{ kind: 'pending' }, 'decided', 'refused'],
  [{ kind: 'failed' }, 'refused', 'decided'],
  [{ kind: 'unclear', isSign: true }, 'decided', 'refused'],
  [{ kind: 'unclear', isSign: false }, 'decided', 'decided'],
  [absent, 'decided', 'decided'],
] satisfies [Verdict, string, string][])(
  'beside %j "charged" is %s and "not charged" is %s',
  (verdict, yes, no) => {
    expect([judged('charged', verdict), judged('not-charged', verdict)]).toEqual([yes, no])
  },
)

test('what the look has ended as the person says is found by it', () => {
  expect(judged('not-charged', { kind: 'failed' }, { end: { status: 'declined' } })).toBe('found')
  expect(judged('not-charged', absent, { end: { status: 'not_charged' }, laterMs: 1 })).toBe('found')
})

test('a quarter of an hour after the access token has expired, by the clock of BigCommerce, and not before', () => {
  const atMs = 75 * 60_000
  expect(judged('not-charged', absent, { laterMs: atMs - 1 })).toBe('refused')
  expect(judged('not-charged', absent, { laterMs: atMs })).toBe('decided')
})

test('unread, a week after it was sent', () => {
  expect(judged('not-charged', null, { laterMs: 7 * 24 * hour - 1 })).toBe('refused')
  expect(judged('not-charged', null, { laterMs: 7 * 24 * hour })).toBe('decided')
  expect(judged('charged', null)).toBe('decided')
})
