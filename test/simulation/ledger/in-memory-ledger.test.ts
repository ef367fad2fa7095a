import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { End } from '../../../src/domain/conclusion.ts'
import type { AttemptStatus, PaymentAttempt } from '../../../src/domain/payment-attempt.ts'
import { duplicate } from '../../../src/domain/payment-event.ts'
import { type Checkouts, createCheckouts } from '../../../src/stores/checkouts.ts'
import type { Weighed } from '../../../src/stores/conclude-look.ts'
import { applyMigrations } from '../../../src/stores/engine/migrations.ts'
import { openSqlite } from '../../../src/stores/engine/open-sqlite.ts'
import { createPaymentAttempts, type PaymentAttempts } from '../../../src/stores/payment-attempts.ts'
import { createUnsettledAttempts } from '../../../src/stores/unsettled-attempts.ts'
import { createWriteEvents } from '../../../src/stores/write-events.ts'
import { createInMemoryLedger } from './in-memory-ledger.ts'
import type { LedgerCalls, UnsettledPorts } from './ledger-calls.ts'
import { createLedgerRows } from './ledger-rows.ts'

type Ledger = PaymentAttempts & UnsettledPorts & Checkouts
interface Step {
  readonly laterMs: number
  readonly work: (ledger: Ledger) => Promise<unknown>
}

const id = fc.integer({ min: 1, max: 8 }).map((number) => `a${number}`)
const orderId = fc.integer({ min: 1, max: 2 })
const scope = fc.record({
  principal: fc.constantFrom('p1', 'p2'),
  operation: fc.constant('payOrder'),
  idempotencyKey: fc.constantFrom('k1', 'k2', 'k3'),
})
const attempt = fc.record({
  id,
  orderId,
  customerId: fc.constantFrom(null, 7),
  cartId: fc.constantFrom(null, 'c1'),
  instrumentType: fc.constantFrom('card' as const, 'gift_certificate' as const),
  paymentMethodId: fc.constantFrom('stripe.card', 'other.card'),
  correlationId: fc.constant('c'),
  requestId: fc.constant('r'),
})
const settlement = fc.record(
  {
    status: fc.constantFrom<AttemptStatus[]>(
      'succeeded',
      'pending',
      'declined',
      'not_sent',
      'not_charged',
      'unknown',
      'needs_review',
    ),
    transactionType: fc.constantFrom('purchase' as const, 'authorization' as const),
    bigcommercePaymentId: fc.constant('bc'),
    bigcommerceCode: fc.constantFrom(null, 30104),
    problemCode: fc.constantFrom('payment_declined' as const, 'payment_not_charged' as const),
  },
  { requiredKeys: ['status'] },
)
const checkoutId = fc.constantFrom('c1', 'c1', 'c2')
const ordering = fc
  .record({
    attempt,
    checkoutId,
    boundTo: fc.option(orderId),
    contents: fc.constantFrom('few', 'many'),
    editedAtMs: fc.option(fc.constant(500)),
    makings: fc.constantFrom(0, 0, 1),
    newestOrder: fc.constantFrom(0, 1),
  })
  .map(({ attempt: { orderId: _order, cartId: _cart, ...rest }, contents, editedAtMs, ...of }) => ({
    ...rest,
    ...of,
    cart: { contents, editedAtMs },
  }))
const makingLook = fc.oneof(
  fc.record({ kind: fc.constant('found' as const), orderId }),
  fc.record({ kind: fc.constantFrom('empty' as const, 'failed' as const) }),
)
const atMs = fc.integer({ min: 0, max: 200_000 })
const sending = {
  due: { amount: 5, currency: 'USD' },
  patIssuedAtMs: 8_000,
  patExpiresAtMs: 9_000,
  orderTotal: 5,
}
const weighed = fc.record({
  verdict: fc.constant(null),
  alert: fc.constant(null),
  end: fc.option(
    fc.record({
      status: fc.constantFrom<End['status'][]>('succeeded', 'pending', 'declined', 'not_charged'),
      isDecided: fc.boolean(),
    }),
  ),
  quiet: fc.option(fc.record({ looks: fc.integer({ min: 1, max: 3 }), sinceMs: atMs })),
  isUnaccounted: fc.constantFrom(true, false, null),
  nextLookAtMs: fc.option(atMs),
  nextWatchAtMs: fc.option(atMs),
  countsAsScheduled: fc.boolean(),
  notes: fc.constantFrom(
    [{ what: 'a look changed something', by: 'Tillgate', because: null }],
    [{ what: 'two charges', by: 'Tillgate', because: null, telling: duplicate }],
    [{ what: 'three charges', by: 'Ada', because: 'she saw them', telling: duplicate }],
  ),
})

/** What the judge was given, in an order of our own, and what was written. */
async function concluded(ledger: Ledger, of: string, change: Weighed, lookedFromMs: number) {
  let given: unknown
  const ofCheckouts = await Promise.all([ledger.find('c1'), ledger.find('c2')])
  // What has no order yet is never looked at.
  if (ofCheckouts.some(({ payments }) => payments.some(({ id, orderId }) => id === of && orderId === null)))
    return
  const { before, after } = await ledger.conclude(
    of,
    (attempt, others) => {
      given = [attempt, byId([...others])]
      return change
    },
    kept,
    lookedFromMs,
  )
  return [given, before, after]
}

const kept = ({ id, status }: PaymentAttempt) =>
  status === 'succeeded' ? { status: 201, body: JSON.parse(`{"kept":"${id}"}`) } : null
const refuses = () => {
  throw new Error('no answer')
}
const byId = (attempts: PaymentAttempt[]) => attempts.toSorted((one, other) => (one.id < other.id ? -1 : 1))

const work = fc.oneof<fc.Arbitrary<Step['work']>[]>(
  fc
    .tuple(scope, fc.constantFrom('f1', 'f2'), attempt)
    .map((claim) => (ledger: Ledger) => ledger.claim(...claim)),
  id.map((of) => (ledger: Ledger) => ledger.markSending(of, sending)),
  id.map((of) => (ledger: Ledger) => ledger.markSendingAgain(of)),
  fc
    .tuple(id, settlement, fc.constantFrom(kept, kept, refuses))
    .map((of) => (ledger: Ledger) => ledger.settle(...of)),
  scope.map((of) => (ledger: Ledger) => ledger.findByKey(of)),
  orderId.map((of) => (ledger: Ledger) => ledger.findFence(of)),
  orderId.map((of) => (ledger: Ledger) => ledger.findByOrder(of)),
  fc.constant(async (ledger: Ledger) => byId(await ledger.lease(100))),
  fc.tuple(id, weighed, atMs).map(
    ([of, change, lookedFromMs]) =>
      (ledger: Ledger) =>
        concluded(ledger, of, change, lookedFromMs),
  ),
  fc.tuple(id, atMs).map((of) => (ledger: Ledger) => ledger.putOff(...of)),
  fc.tuple(orderId, fc.boolean()).map((of) => (ledger: Ledger) => ledger.wake(...of)),
  fc.constant((ledger: Ledger) => ledger.recoverAbandoned({ claimedMs: 30_000, sendingMs: 75_000 })),
  atMs.map((before) => (ledger: Ledger) => ledger.deleteKeysBefore(before)),
  fc
    .tuple(scope, fc.constantFrom('f1', 'f2'), ordering)
    .map((claim) => (ledger: Ledger) => ledger.claimOrdering(...claim)),
  fc.tuple(id, orderId).map((of) => (ledger: Ledger) => ledger.noteMade(...of)),
  id.map((of) => (ledger: Ledger) => ledger.noteNotMade(of)),
  fc.constant(async (ledger: Ledger) =>
    (await ledger.leaseMakings(100)).toSorted((one, other) => (one.attempt.id < other.attempt.id ? -1 : 1)),
  ),
  fc.tuple(id, makingLook).map((of) => (ledger: Ledger) => ledger.concludeMaking(...of)),
  checkoutId.map((of) => (ledger: Ledger) => ledger.wakeMakings(of)),
  checkoutId.map((of) => async (ledger: Ledger) => {
    const found = await ledger.find(of)
    return { ...found, made: found.made.map((each) => JSON.stringify(sorted(each))).toSorted() }
  }),
)
const step = fc.record({ laterMs: fc.constantFrom(0, 1, 900, 2_500, 40_000), work })

/** The model behind the ledger's own interface. */
const asLedger = (calls: LedgerCalls, now: () => number): Ledger =>
  new Proxy({} as Ledger, {
    get:
      (_target, name: keyof LedgerCalls) =>
      async (...given: never[]) =>
        (calls[name] as (...all: unknown[]) => unknown)(now(), ...given),
  })

const sorted = (value: unknown): unknown =>
  typeof value !== 'object' || value === null
    ? value
    : Array.isArray(value)
      ? value.map(sorted)
      : Object.fromEntries(
          Object.entries(value)
            .sort(([one], [other]) => (one < other ? -1 : 1))
            .map(([name, each]) => [name, sorted(each)]),
        )

const endOf = (given: Promise<unknown>) =>
  given.then(
    (value) => JSON.stringify(sorted(value)),
    () => 'refused',
  )

test('the ledger in memory gives the same answers as SQLite', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
      let nowMs = 1_000
      const now = () => nowMs
      const database = openSqlite(':memory:')
      await applyMigrations(database)
      const writeEvents = createWriteEvents('abc123')
      const options = { database, storeHash: 'abc123', now, countsByCheckout: true, writeEvents }
      const sqlite = {
        ...createPaymentAttempts(options),
        ...createUnsettledAttempts(options),
        ...createCheckouts(options),
      }
      const rows = createLedgerRows()
      const inMemory = asLedger(createInMemoryLedger(rows), now)
      try {
        for (const { laterMs, work } of steps) {
          nowMs += laterMs
          expect(await endOf(work(inMemory))).toBe(await endOf(work(sqlite)))
        }
        const events = await database.selectFrom('payment_events').select(['id', 'body']).execute()
        expect(Object.fromEntries(rows.events)).toEqual(
          Object.fromEntries(events.map(({ id, body }) => [id, body])),
        )
      } finally {
        await database.destroy()
      }
    }),
    { numRuns: 400 },
  )
})
