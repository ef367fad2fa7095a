import { expect, test } from 'vitest'
import type { ChargeReport } from '../../sandbox/state/charges.ts'
import { attemptsOf } from './attempts.ts'
import type { LedgerRow } from './chaos-database.ts'
import { judgeRun } from './judge-run.ts'
import { readAnswer } from './told.ts'

/** A judge that finds nothing would make every run look good. So each promise is broken once on purpose. */
const row = (changes: Partial<LedgerRow> = {}): LedgerRow => ({
  id: 'payment-1',
  orderId: 215,
  cartId: null,
  status: 'succeeded',
  problemCode: null,
  correlationId: 'correlation-1',
  requestId: 'request-1',
  sentAtMs: 1,
  looks: 0,
  updatedAtMs: 1,
  ...changes,
})
const charge = (changes: Partial<ChargeReport> = {}): ChargeReport => ({
  id: 'charge-1',
  order_id: 215,
  amount: 6098,
  currency: 'USD',
  payment_method_id: 'stripe.card',
  instrument_type: 'card',
  pat_jti: 'token-1',
  at: 1,
  kind: 'purchase',
  state: 'charged',
  ...changes,
})
const request = { atMs: 1, correlationId: 'correlation-1', tokenId: 'token-1', isTurnedAway: false }
const asked = { orderId: 215, device: 'phone', key: 'key-1' }
const paid = readAnswer(asked, 201, '{"data":{"id":"payment-1","status":"success"}}')
const refusal = (code: string, about: object) =>
  readAnswer(asked, 402, JSON.stringify({ code, retry: 'new_key', ...about }))
const declined = refusal('payment_declined', { payment_id: 'payment-1' })

interface Forged {
  readonly rows?: LedgerRow[]
  readonly charges?: ChargeReport[]
  readonly requests?: (typeof request)[]
  readonly told?: (typeof paid)[]
  readonly madeOrders?: number
}

const promisesBroken = ({
  rows = [row()],
  charges = [charge()],
  requests = [request],
  told = [paid],
  madeOrders,
}: Forged) =>
  judgeRun({
    told,
    attempts: attemptsOf(rows, requests, charges),
    charges,
    requests,
    checkouts: new Map([
      [215, 'cart-1'],
      [216, 'cart-1'],
    ]),
    makings: new Map(madeOrders === undefined ? [] : [['cart-1', madeOrders]]),
    hasLedger: true,
  }).map(({ promise }) => promise)

const unpaid = { rows: [row({ status: 'declined' })], charges: [], told: [declined] }

test.each<[string, Forged, string[]]>([
  ['a payment as it should be', {}, []],
  ['a decline as it should be', unpaid, []],
  ['a pending charge that was declined late', { ...unpaid, charges: [charge({ state: 'declined' })] }, []],
  [
    'two charges on one order',
    { charges: [charge(), charge({ id: 'charge-2', pat_jti: 'token-2' })] },
    ['once'],
  ],
  [
    'two orders of one checkout charged',
    { charges: [charge(), charge({ id: 'charge-2', order_id: 216, pat_jti: 'token-2' })] },
    ['onceForCheckout'],
  ],
  ['five orders made of a checkout', { madeOrders: 5 }, []],
  ['six orders made of a checkout', { madeOrders: 6 }, ['makings']],
  ['success before a void', { charges: [charge({ state: 'voided', voided_at: Date.now() })] }, []],
  [
    'success long after a void',
    {
      rows: [row({ updatedAtMs: 20_000 })],
      charges: [charge({ state: 'voided', voided_at: 1 })],
    },
    ['positive', 'ledger'],
  ],
  [
    'declined before a void',
    { ...unpaid, charges: [charge({ state: 'voided', voided_at: 2 ** 52 })] },
    ['negative'],
  ],
  ['declined after a void', { ...unpaid, charges: [charge({ state: 'voided', voided_at: 1 })] }, []],
  [
    'unknown, after a void',
    { rows: [row({ status: 'unknown' })], charges: [charge({ state: 'voided', voided_at: 1 })], told: [] },
    [],
  ],
  ['declined by name, and charged', { told: [declined] }, ['negative']],
  [
    'refused by request, and charged',
    { told: [refusal('upstream_unavailable', { request_id: 'request-1' })] },
    ['negative'],
  ],
  ['success, and not charged', { charges: [] }, ['positive', 'ledger']],
  ['declined in the ledger, and charged', { rows: [row({ status: 'declined' })] }, ['ledger']],
  ['unknown, with a charge', { rows: [row({ status: 'unknown' })], told: [] }, ['settles']],
  ['held, without a charge', { rows: [row({ status: 'unknown' })], charges: [], told: [] }, []],
  ['left sending', { rows: [row({ status: 'sending' })], charges: [], told: [] }, ['settles']],
  ['sent before it was on record', { rows: [row({ sentAtMs: null })] }, ['recorded']],
  ['sent without a row in the ledger', { rows: [], told: [] }, ['recorded']],
  [
    'sent twice',
    { requests: [request, request], charges: [], rows: [row({ status: 'declined' })], told: [] },
    ['sentOnce'],
  ],
  ['sent again after it was turned away', { requests: [{ ...request, isTurnedAway: true }, request] }, []],
  ['two last words on one key', { told: [paid, { ...paid, text: `${paid.text} ` }] }, ['same']],
])('the judge sees %s', (_, forged, expected) => {
  expect(promisesBroken(forged)).toEqual(expected)
})
