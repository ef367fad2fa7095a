import { CompiledQuery, type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Weighed } from '../../src/stores/conclude-look.ts'
import type { Tables } from '../../src/stores/engine/tables.ts'
import { createLedger, type Ledger } from '../../src/stores/ledger.ts'
import { type Engine, type OpenedLedger, postgres, sqlite } from './engines.ts'
import { newAttempt, scopeOf } from './wanted-attempts.ts'

const endedRows = 20_000
const nowMs = 10_000_000_000
const storeHash = 'store-1'
const due = { amount: 6098, currency: 'USD' }
const sending = { due, patIssuedAtMs: 1, patExpiresAtMs: 5, orderTotal: null }
const looked: Weighed = {
  verdict: null,
  end: { status: 'succeeded' },
  quiet: null,
  isUnaccounted: true,
  alert: null,
  nextLookAtMs: null,
  nextWatchAtMs: null,
  countsAsScheduled: true,
  notes: [{ what: 'a look found the charge', by: 'Tillgate', because: null }],
}
/** No statement reads more rows of a table than this, however many have ended: a batch of a sweep is the most. */
const rowsReadMax = 500

const ended = ['succeeded', 'declined', 'not_sent', 'not_charged'] as const
const endedAttempt = (number: number) => ({
  id: `ended-${number}`,
  store_hash: storeHash,
  order_id: 1_000 + number,
  principal: 'someone',
  customer_id: null,
  cart_id: `cart-${number}`,
  checkout_id: `cart-${number}`,
  instrument_type: 'card' as const,
  payment_method_id: 'stripe.card',
  status: ended[number % ended.length] ?? 'declined',
  correlation_id: 'c',
  request_id: 'r',
  created_at_ms: number,
  updated_at_ms: number,
  sent_at_ms: number,
  next_watch_at_ms: 2 * nowMs,
  ended_at_ms: number,
})

/** Payments that have ended, each with an old key and a place whose time is over. */
async function fill(database: Kysely<Tables>): Promise<void> {
  for (let from = 0; from < endedRows; from += 500) {
    const numbers = Array.from({ length: 500 }, (_, index) => from + index)
    await database.insertInto('payment_attempts').values(numbers.map(endedAttempt)).execute()
    const keys = numbers.map((number) => ({
      store_hash: storeHash,
      principal: 'someone',
      operation: 'payOrder',
      idempotency_key: `key-${number}`,
      fingerprint: 'f',
      attempt_id: `ended-${number}`,
      created_at_ms: number,
    }))
    await database.insertInto('idempotency_keys').values(keys).execute()
    const told = numbers.map((number) => ({
      attempt_id: `ended-${number}`,
      number: 1,
      at_ms: number,
      what: 'a look found the charge',
      by_whom: 'Tillgate',
    }))
    await database.insertInto('payment_history').values(told).execute()
    const delivered = numbers.map((number) => ({
      id: `event-${number}`,
      store_hash: storeHash,
      payment_id: `ended-${number}`,
      type: 'payment.success' as const,
      body: '{}',
      created_at_ms: number,
      delivered_at_ms: number,
    }))
    await database.insertInto('payment_events').values(delivered).execute()
    const holds = numbers.map((number) => ({
      subject_key: `subject-${number % 7}`,
      attempt_id: `ended-${number}`,
      held_until_ms: number,
    }))
    await database.insertInto('velocity_holds').values(holds).execute()
  }
  await sql`ANALYZE`.execute(database)
}

/** Every method of the ledger, each on rows that are there to be found. */
async function useAll({ attempts, unsettled, holds, desk, events, checkouts }: Ledger): Promise<void> {
  const claim = async (key: string, orderId: number, cartId: string | null = null) => {
    const claimed = await attempts.claim(scopeOf(key), 'f', newAttempt({ orderId, cartId }))
    return claimed.kind === 'claimed' ? claimed.attempt.id : ''
  }
  const [first, second] = [await claim('k1', 1), await claim('k2', 2)]
  await attempts.findByKey(scopeOf('k1'))
  await attempts.findFence(1)
  await attempts.findByOrder(1)
  await attempts.findEnded([first, second])
  for (const id of [first, second]) await attempts.markSending(id, sending)
  await attempts.markSendingAgain(first)
  await attempts.settle(first, { status: 'unknown' }, () => null)
  await attempts.settle(second, { status: 'declined' }, () => ({ status: 402, body: JSON.parse('{}') }))
  await unsettled.lease(4)
  await unsettled.putOff(first, nowMs)
  await unsettled.wake(1, true)
  await unsettled.conclude(
    first,
    () => looked,
    () => null,
    nowMs,
  )
  const closed = await claim('k8', 8)
  await attempts.markSending(closed, sending)
  await attempts.settle(closed, { status: 'declined' }, () => null)
  const closing = { ...looked, end: null, isUnaccounted: true }
  await unsettled.conclude(
    closed,
    () => closing,
    () => null,
    nowMs,
  )
  // Refused, it asks for a look.
  await attempts.claim(scopeOf('k9'), 'f', newAttempt({ orderId: 8 }))
  const [late, other] = [await claim('k10', 21, 'cart'), await claim('k11', 22, 'cart')]
  await attempts.markSending(late, sending)
  // While the first is sent, it is refused.
  await attempts.markSending(other, sending)
  await attempts.settle(late, { status: 'unknown' }, () => null)
  await attempts.settle(late, { status: 'declined' }, () => null)
  await attempts.markSending(other, sending)
  // It shows late, while the other order is being paid.
  await attempts.settle(late, { status: 'succeeded' }, () => null)
  await claim('k12', 23, 'cart')
  await unsettled.count()
  await unsettled.countUnaccounted()
  await desk.listOpen(100)
  const note = { what: 'held it', by: 'Ada', because: 'the log of then' }
  const forgotten = { paymentId: 'forgotten', orderId: 3, money: due, sentAtMs: 1, correlationId: 'c' }
  await desk.hold({ ...forgotten, paymentMethodId: 'stripe.card' }, note)
  await desk.tellById(first)
  await desk.tellByOrder(1)
  await attempts.markSending(await claim('k5', 5), sending)
  await unsettled.recoverAbandoned({ claimedMs: 0, sendingMs: 0 })
  await unsettled.deleteKeysBefore(nowMs)
  await holds.reserve('a1', [{ key: 'subject-1', declinesMax: 10 }])
  await holds.release('a1')
  await holds.deleteExpired()
  const leased = await events.lease(4, 2)
  for (const [index, event] of leased.entries()) {
    if (index === 0) await events.markDelivered(event.id)
    else await events.markFailed(event, 'answered 500', index === 1 ? null : nowMs)
  }
  await events.lease(4, 2)
  await events.deleteDelivered(nowMs)
  await events.bringForward(nowMs)
  await events.count()
  await events.list(100)
  await events.repeat(leased[0]?.id ?? '')
  await events.repeatDead()
  const { orderId: _none, cartId: _neither, ...noOrder } = newAttempt()
  for (const checkoutId of ['checkout-1', 'checkout-2', 'checkout-3']) {
    const bound = {
      checkoutId,
      boundTo: null,
      makings: 0,
      cart: { contents: 'c', editedAtMs: 1 },
      newestOrder: 0,
    }
    const ordering = { ...noOrder, ...bound, id: `of ${checkoutId}` }
    await checkouts.claimOrdering(scopeOf(checkoutId), 'f', ordering)
    await checkouts.wakeMakings(checkoutId)
    await checkouts.find(checkoutId)
  }
  await checkouts.leaseMakings(1)
  await checkouts.noteMade('of checkout-1', 901)
  await checkouts.find('checkout-1')
  await checkouts.noteNotMade('of checkout-2')
  await checkouts.concludeMaking('of checkout-3', { kind: 'empty' })
}

const noteCalls = (ledger: Ledger, called: Set<string>): Ledger => {
  const noting = <Part extends object>(part: Part): Part =>
    new Proxy(part, {
      get(target, name, receiver) {
        called.add(String(name))
        return Reflect.get(target, name, receiver)
      },
    })
  const { attempts, unsettled, holds, desk, events, checkouts } = ledger
  return {
    attempts: noting(attempts),
    unsettled: noting(unsettled),
    holds: noting(holds),
    desk: noting(desk),
    events: noting(events),
    checkouts: noting(checkouts),
  }
}

/** Notes each statement that goes to the database. */
function noteStatements(database: Kysely<Tables>): CompiledQuery[] {
  const statements: CompiledQuery[] = []
  const executor = database.getExecutor()
  const provide = executor.provideConnection.bind(executor)
  const spy = vi.spyOn(executor, 'provideConnection').mockImplementation((use) =>
    provide((connection) =>
      use({
        executeQuery(statement) {
          statements.push(statement)
          return connection.executeQuery(statement)
        },
        streamQuery: connection.streamQuery,
      }),
    ),
  )
  onTestFinished(() => spy.mockRestore())
  return statements
}

/** What an index of SQLite must be searched by, so that what is read does not grow with the rows that have ended. */
const searchedBy: Readonly<Record<string, string>> = {
  rowid: '(rowid=?)',
  sqlite_autoindex_payment_attempts_1: '(id=?)',
  payment_attempts_checkout: '(store_hash=? AND checkout_id=?',
  payment_attempts_order: '(store_hash=? AND order_id=?',
  sqlite_autoindex_idempotency_keys_1: '(store_hash=? AND principal=? AND operation=? AND idempotency_key=?)',
  payment_attempts_holds_order: '(store_hash=? AND holds_order=?)',
  payment_attempts_watched: '(store_hash=? AND next_watch_at_ms<?)',
  idempotency_keys_attempt: '(attempt_id=?)',
  idempotency_keys_age: '(created_at_ms<?)',
  sqlite_autoindex_payment_history_1: '(attempt_id=?',
  velocity_holds_attempt: '(attempt_id=?)',
  velocity_holds_declined: '(subject_key=? AND held_until_ms>?)',
  velocity_holds_running: '(subject_key=? AND begun_at_ms>?',
  velocity_holds_over: '(held_until_ms<?)',
  sqlite_autoindex_payment_events_1: '(id=?)',
  payment_events_delivered: '(store_hash=? AND delivered_at_ms<?)',
  // Has a row only while an order shows a charge too many.
  sqlite_autoindex_unaccounted_charges_1: '(store_hash=?',
  // These hold no row that has ended.
  payment_events_new: '',
  payment_events_due: '',
  payment_events_dead: '',
  payment_attempts_due: '',
  payment_attempts_asked: '',
  payment_attempts_open: '',
  payment_attempts_unsettled: '',
}

const big =
  /\b(payment_events|payment_attempts|payment_history|idempotency_keys|velocity_holds|unaccounted_charges)\b/

/** Steps of SQLite's plan that read more of a big table the more has ended. */
async function growingOnSqlite(database: Kysely<Tables>, { sql: text, parameters }: CompiledQuery) {
  const query = CompiledQuery.raw(`EXPLAIN QUERY PLAN ${text}`, [...parameters])
  const { rows } = await database.executeQuery<{ detail: string }>(query)
  return rows
    .map(({ detail }) => detail)
    .filter((detail) => /^(SCAN|SEARCH)/.test(detail) && big.test(detail.replace(/USING.*/, '')))
    .filter((detail) => {
      const [, index = 'rowid'] = /INDEX (\w+)/.exec(detail) ?? []
      const by = searchedBy[index]
      return by === undefined || !detail.includes(by)
    })
}

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Actual Rows'?: number
  readonly 'Actual Loops'?: number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly Plans?: readonly PlanNode[]
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

/** Steps of Postgres' plan that read many rows; the statement is run for it, and undone. */
async function growingOnPostgres(database: Kysely<Tables>, { sql: text, parameters }: CompiledQuery) {
  const transaction = await database.startTransaction().execute()
  try {
    const query = CompiledQuery.raw(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, [...parameters])
    const { rows } = await transaction.executeQuery<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(query)
    return nodesOf(rows[0]?.['QUERY PLAN'][0].Plan ?? { 'Node Type': 'none' })
      .filter((node) => {
        const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
        return ((node['Actual Rows'] ?? 0) + removed) * (node['Actual Loops'] ?? 1) > rowsReadMax
      })
      .map((node) => `${node['Node Type']} ${node['Relation Name'] ?? ''}`)
  } finally {
    await transaction.rollback().execute()
  }
}

describe.each([
  { engine: sqlite, growing: growingOnSqlite },
  { engine: postgres, growing: growingOnPostgres },
] satisfies { engine: Engine; growing: typeof growingOnSqlite }[])(
  'what the ledger costs on $engine.name',
  ({ engine, growing }) => {
    let opened: OpenedLedger
    beforeAll(async () => {
      opened = await engine.open()
      await fill(opened.database)
    }, 120_000)
    afterAll(() => opened.close())

    test(`does not grow with the ${endedRows} payments that have ended: no statement reads them`, async () => {
      const { database } = opened
      const statements = noteStatements(database)
      const options = {
        storeHash,
        now: () => nowMs,
        velocityWindowMs: 3_600_000,
        orderFailuresMax: 5,
        countsByCheckout: true,
      }
      const ledger = createLedger({ ...options, database, hasEvents: true })
      const called = new Set<string>()
      await useAll(noteCalls(ledger, called))
      const methods = Object.values(ledger).flatMap((part) => Object.keys(part))
      expect(methods.filter((method) => !called.has(method))).toEqual([])
      const seen = new Map(statements.map((statement) => [statement.sql, statement]))
      expect(seen.size).toBeGreaterThan(20)
      const faults: Record<string, string[]> = {}
      for (const [text, statement] of seen) {
        // A plain insert reads nothing, and cannot be done twice.
        if (!big.test(text) || /^insert into .(payment_history|payment_events). /.test(text)) continue
        const steps = await growing(opened.database, statement)
        if (steps.length > 0) faults[text] = steps
      }
      expect(faults).toEqual({})
    })

    test('is spread over batches: old keys, places that are over, and what a crash left running', async () => {
      const { database } = opened
      const options = { storeHash, now: () => nowMs, velocityWindowMs: 3_600_000, orderFailuresMax: 5 }
      const { unsettled, holds } = createLedger({ ...options, database })
      const running = Array.from({ length: 150 }, (_, index) => ({
        ...endedAttempt(100_000 + index),
        status: 'claimed' as const,
      }))
      await database.insertInto('payment_attempts').values(running).execute()
      const countOf = async (table: 'idempotency_keys' | 'velocity_holds') =>
        (await database.selectFrom(table).select('attempt_id').execute()).length
      const [keys, places] = [await countOf('idempotency_keys'), await countOf('velocity_holds')]

      expect(await unsettled.deleteKeysBefore(nowMs)).toBe(500)
      expect(await holds.deleteExpired()).toBe(500)
      expect([await countOf('idempotency_keys'), await countOf('velocity_holds')]).toEqual([
        keys - 500,
        places - 500,
      ])
      const rounds = []
      for (let round = 0; round < 3; round++)
        rounds.push((await unsettled.recoverAbandoned({ claimedMs: 1, sendingMs: 1 })).released.length)
      expect(rounds).toEqual([100, 50, 0])
    })
  },
)
