import { expect, test } from 'vitest'
import { adviceLines, adviceOn, adviceOnEvent } from '../../src/commands/payments/advice.ts'
import { heldPayment } from '../../src/domain/held-payment.ts'
import { ATTEMPT_STATUSES, isFinal, type OrderAttempt } from '../../src/domain/payment-attempt.ts'
import { attemptOf } from '../domain/samples.ts'

const minute = 60_000
const sentAtMs = Date.UTC(2026, 0, 2, 12)
const adviceTo = (change: Partial<OrderAttempt>, minutes = 2) => {
  const attempt = attemptOf({
    id: 'payment-1',
    status: 'unknown',
    sentAtMs,
    unsettledSinceMs: sentAtMs,
    patExpiresAtMs: sentAtMs + 60 * minute,
    ...change,
  })
  return adviceOn({ attempt, held: heldPayment(attempt, sentAtMs + minutes * minute) }).join('\n')
}
const charged = 'resolve payment-1 charged --by'
const notCharged = 'resolve payment-1 not-charged --by'

test('a payment whose answer was lost: wait, and say what the gateway shows if it shows a charge', () => {
  expect(adviceTo({})).toMatch(/^Wait: /)
  expect(adviceTo({})).toContain(charged)
  // It would be refused as too early.
  expect(adviceTo({})).not.toContain(notCharged)
})

test.each([
  ['that needs a person', { status: 'needs_review' }, 2],
  ['that may be a duplicate', { bigcommerceCode: 30105 }, 2],
  ['from a bank account', { instrumentType: 'stored_bank_account' }, 2],
  ['that should have been free by now', {}, 90],
] as const)('a payment %s: look it up at the gateway, and say either', (_what, change, minutes) => {
  expect(adviceTo(change, minutes)).toMatch(/^Look for it in the dashboard of the gateway/)
  expect(adviceTo(change, minutes)).toContain(charged)
  expect(adviceTo(change, minutes)).toContain(notCharged)
})

test('every payment without an end has something to do, if only nothing', () => {
  for (const status of ATTEMPT_STATUSES.filter((each) => !isFinal(each)))
    expect(adviceTo({ status })).toMatch(/^(Nothing|Wait|Look)\b/)
})

test('an event that was given up is sent again by the line that it shows', () => {
  const event = { id: 'event-1', deadAtMs: null } as Parameters<typeof adviceOnEvent>[0]
  expect(adviceOnEvent(event)).toEqual(['Nothing: it is sent again by itself.'])
  expect(adviceOnEvent({ ...event, deadAtMs: 1 })).toContain('npm run payments -- events repeat event-1')
})

test('lines of advice stand below each other', () => {
  expect(adviceLines(['one', 'two'])).toEqual(['  to do       one', '              two'])
})
