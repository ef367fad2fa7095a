import { describe, expect, test } from 'vitest'
import type { End } from '../../src/domain/conclusion.ts'
import type { Order } from '../../src/domain/order.ts'
import type { OrderAttempt } from '../../src/domain/payment-attempt.ts'
import { Problem } from '../../src/domain/problem.ts'
import type { Transaction } from '../../src/domain/transaction.ts'
import { createMetrics } from '../../src/metrics/create-metrics.ts'
import { createReconcileAttempt } from '../../src/services/reconcile-attempt.ts'
import { attemptOf, transactionOf } from '../domain/samples.ts'
import type { Logged } from '../support/logs.ts'
import { contextOf, orderOf } from './fakes.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const sentAtMs = Date.UTC(2026, 0, 2)
const unknown = attemptOf({
  status: 'unknown',
  amount: 6098,
  currency: 'USD',
  sentAtMs,
  createdAtMs: sentAtMs,
  patExpiresAtMs: sentAtMs + hour,
})
const purchase = transactionOf()

interface World {
  readonly order?: () => Promise<Order | null>
  readonly transactions?: readonly Transaction[]
  readonly isWhole?: boolean
}

/** Looks at an attempt again and again, as the loop does, until it is settled or the time is over. */
async function lookUntil(
  endMs: number,
  attempt: OrderAttempt,
  { order = async () => orderOf(), transactions = [], isWhole = true }: World,
) {
  const logged: Logged[] = []
  const metrics = createMetrics()
  const looksAtMs: number[] = []
  let present = attempt
  let settled: End | null = null
  let dueAtMs: number | null = sentAtMs + 2_000
  while (settled === null && dueAtMs !== null && dueAtMs <= endMs) {
    const nowMs: number = dueAtMs
    dueAtMs = null
    looksAtMs.push(nowMs)
    const seen = order()
    seen.catch(() => {})
    const reconcile = createReconcileAttempt({
      managementApi: {
        getOrder: async () => {
          const one = await seen
          return one && { ...one, answeredAtMs: nowMs }
        },
        listTransactions: async () => {
          await seen
          return { transactions, isWhole, showsAllVoids: isWhole, answeredAtMs: nowMs }
        },
      },
      unsettled: {
        putOff: async (_id, nextLookAtMs) => {
          dueAtMs = nextLookAtMs
        },
        conclude: async (_id, weigh) => {
          const before = { ...present, nextLookAtMs: nowMs }
          const weighed = weigh(before, [])
          const { end, quiet, nextLookAtMs } = weighed
          settled = end
          present = { ...present, looks: present.looks + 1, quiet, ...(end ? { status: end.status } : {}) }
          if (!end) dueAtMs = nextLookAtMs
          return { before, after: present, weighed, isNewlyUnaccounted: weighed.isUnaccounted === true }
        },
      },
      now: () => nowMs,
      log: contextOf(logged).log,
    })
    await metrics.reconcileAttempt(reconcile)(present)
  }
  const atMs = (looksAtMs.at(-1) ?? sentAtMs) - sentAtMs
  return { settled, looksAtMs, logged, atMs, counted: (await metrics.scrape()).split('\n') }
}

test('a charge that is found is a success at the first look', async () => {
  const { settled, atMs, counted } = await lookUntil(sentAtMs + day, unknown, { transactions: [purchase] })
  expect(settled).toEqual({ status: 'succeeded', transactionType: 'purchase' })
  expect(atMs).toBe(2_000)
  expect(counted).toEqual(
    expect.arrayContaining([
      'tillgate_reconciliation_looks_total{verdict="charged"} 1',
      'tillgate_reconciled_payments_total{from="unknown",to="succeeded"} 1',
      // What wakes a person is there from the start, so that its first rise is seen as one.
      'tillgate_duplicate_charge_detected_total 0',
      'tillgate_needs_review_total 0',
    ]),
  )
})

test('two charges raise an error with the id of the payment and a counter, and are still a success', async () => {
  const { settled, logged, counted } = await lookUntil(sentAtMs + day, unknown, {
    transactions: [purchase, { ...purchase, id: 2 }],
  })
  expect(settled).toMatchObject({ status: 'succeeded' })
  expect(logged).toContainEqual({
    level: 'error',
    fields: { paymentId: unknown.id, orderId: unknown.orderId, charges: 2 },
    event: 'duplicate charge detected',
  })
  expect(counted).toContain('tillgate_duplicate_charge_detected_total 1')
})

describe('of an order that cannot be read whole', () => {
  test('a charge that shows is found', async () => {
    const { settled } = await lookUntil(sentAtMs + day, unknown, { transactions: [purchase], isWhole: false })
    expect(settled).toMatchObject({ status: 'succeeded' })
    const gone = await lookUntil(sentAtMs + day, unknown, {
      order: async () => null,
      transactions: [purchase],
    })
    expect(gone.settled).toMatchObject({ status: 'succeeded' })
  })

  test.each([
    ['nothing', []],
    ['a decline', [{ ...purchase, status: 'error' }]],
  ])('and shows %s, nothing is concluded, and each look counts as failed', async (_what, transactions) => {
    const { settled, looksAtMs, counted } = await lookUntil(sentAtMs + 6 * day, unknown, {
      transactions,
      isWhole: false,
    })
    expect(settled).toBeNull()
    expect(counted).toContain(`tillgate_reconciliation_looks_total{verdict="failed"} ${looksAtMs.length}`)
  })
})

describe('an order that looks untouched', () => {
  test('is said not charged only after the PAT has expired and it has stayed so for a while', async () => {
    const { settled, atMs, looksAtMs } = await lookUntil(sentAtMs + 7 * day, unknown, {})
    expect(settled).toEqual({ status: 'not_charged', problemCode: 'payment_not_charged' })
    const quiet = looksAtMs.filter((at) => at > sentAtMs + hour + 5 * minute)
    expect(quiet.length).toBeGreaterThanOrEqual(3)
    expect((quiet.at(-1) ?? 0) - (quiet[0] ?? 0)).toBeGreaterThanOrEqual(10 * minute)
    expect(atMs).toBeGreaterThan(hour + 15 * minute)
    expect(atMs).toBeLessThan(4 * hour)
  })

  test('is never said not charged while the PAT can still start a payment', async () => {
    const { settled } = await lookUntil(sentAtMs + hour + 5 * minute, unknown, {})
    expect(settled).toBeNull()
  })

  test('is never said not charged without knowing when its PAT ends', async () => {
    const { settled } = await lookUntil(sentAtMs + 8 * day, { ...unknown, patExpiresAtMs: null }, {})
    expect(settled).toEqual({ status: 'needs_review' })
  })
})

test("what stays unclear becomes a person's task after a week, with an error and a counter, and nothing else", async () => {
  const order = async () => orderOf({ statusId: 11, paymentStatus: '' })
  const { settled, atMs, logged, looksAtMs, counted } = await lookUntil(sentAtMs + 9 * day, unknown, {
    order,
  })
  expect(settled).toEqual({ status: 'needs_review' })
  expect(atMs).toBeGreaterThanOrEqual(7 * day)
  expect(logged.filter(({ event }) => event === 'payment needs review')).toHaveLength(1)
  expect(counted).toContain('tillgate_needs_review_total 1')
  // Often at first, while a shopper waits; then hourly, then daily.
  expect(looksAtMs.filter((at) => at < sentAtMs + 2 * minute).length).toBeGreaterThanOrEqual(5)
  expect(looksAtMs.length).toBeLessThan(60)
})

test("while BigCommerce cannot be read nothing is concluded, and a week of that is a person's task too", async () => {
  const order = () => Promise.reject(new Error('down'))
  const { settled, looksAtMs, counted } = await lookUntil(sentAtMs + 6 * day, unknown, { order })
  expect(settled).toBeNull()
  expect(looksAtMs.length).toBeGreaterThan(10)
  expect(counted).toContain(`tillgate_reconciliation_looks_total{verdict="failed"} ${looksAtMs.length}`)
})

test('a look for which there is no room is put off until there is, and is no look: nothing grows, nothing is counted as failed', async () => {
  let asked = 0
  const order = async () => {
    asked += 1
    if (asked > 20) return orderOf()
    throw new Problem('upstream_busy', { retryAfterSeconds: 30 })
  }
  const { settled, looksAtMs, logged, counted } = await lookUntil(sentAtMs + 11 * minute, unknown, {
    order,
    transactions: [purchase],
  })
  expect(settled).toEqual({ status: 'succeeded', transactionType: 'purchase' })
  expect(looksAtMs.map((at) => at - sentAtMs)).toEqual(
    Array.from({ length: 21 }, (_, turn) => 2_000 + turn * 30_000),
  )
  expect(counted).toContain('tillgate_reconciliation_looks_total{verdict="put_off"} 20')
  expect(counted).toContain('tillgate_reconciliation_looks_total{verdict="failed"} 0')
  expect(logged.map(({ event }) => event)).toEqual(['payment reconciled'])
})

test('a pending payment of which every trace is gone is not given up', async () => {
  const { settled } = await lookUntil(sentAtMs + 6 * day, { ...unknown, status: 'pending' }, {})
  expect(settled).toBeNull()
})

test('a payment under review is looked at once a day for a month, and then when it is woken', async () => {
  const { looksAtMs, settled } = await lookUntil(
    sentAtMs + 30 * day,
    { ...unknown, status: 'needs_review', patExpiresAtMs: null },
    {},
  )
  expect(settled).toBeNull()
  expect(looksAtMs.length).toBe(30)
  const found = await lookUntil(
    sentAtMs + day,
    { ...unknown, status: 'needs_review' },
    { transactions: [purchase] },
  )
  expect(found.settled).toMatchObject({ status: 'succeeded' })
})
