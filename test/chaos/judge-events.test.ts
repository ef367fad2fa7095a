import { expect, test } from 'vitest'
import type { Attempt } from './attempts.ts'
import type { LedgerRow } from './chaos-database.ts'
import { judgeEvents } from './judge-events.ts'

const id = '0d6d6c1e-6d3f-4c57-9a43-2f6a5d3b8c11'
const attemptOf = (status: string): Attempt => ({
  id,
  orderId: 215,
  requestId: 'request-1',
  row: {
    id,
    orderId: 215,
    cartId: null,
    status,
    problemCode: null,
    correlationId: 'correlation-1',
    requestId: 'request-1',
    sentAtMs: 1,
    looks: 0,
    updatedAtMs: 1,
  } satisfies LedgerRow,
  requests: [],
  charges: [],
})
const event = (key: string, body = '{}') => ({ id: `evt_${id}_${key}`, body })
const found = (status: string, received: readonly { id: string; body: string }[], forged = 0) =>
  judgeEvents({ received, forged, attempts: [attemptOf(status)] }).map(({ what }) => what)

test.each([
  ['an end that was told', 'succeeded', [event('success')]],
  ['an end that was told twice, word for word', 'declined', [event('declined'), event('declined')]],
  ['a held payment and its end', 'succeeded', [event('unknown'), event('pending'), event('success')]],
  ['a correction', 'succeeded', [event('unknown'), event('not_charged'), event('corrected')]],
  ['what was never sent', 'not_sent', []],
  ['what was held and turned out not to be sent', 'not_sent', [event('unknown'), event('not_charged')]],
] as const)('the judge has nothing against %s', (_what, status, received) => {
  expect(found(status, received)).toEqual([])
})

test.each([
  ['an end that was not told', 'succeeded', []],
  ['an end that is told as another', 'declined', [event('success')]],
  ['two ends', 'succeeded', [event('success'), event('declined')]],
  ['a success that is told twice', 'succeeded', [event('success'), event('corrected')]],
  ['an event of what was never sent', 'not_sent', [event('not_charged')]],
  ['two bodies of one event', 'succeeded', [event('success'), event('success', '{"other":1}')]],
  ['a held payment whose end is missing', 'not_charged', [event('unknown')]],
  ['a void that was none', 'succeeded', [event('success'), event('voided_7')]],
  ['a payment that is not there', 'succeeded', [event('success'), { id: 'evt_other_success', body: '{}' }]],
] as const)('the judge sees %s', (_what, status, received) => {
  expect(found(status, received)).not.toEqual([])
})

test('the judge sees a wrong signature', () => {
  expect(found('succeeded', [event('success')], 1)).not.toEqual([])
})
