import { type Kysely, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/stores/engine/database.ts'
import { waitForTurn } from '../../src/stores/engine/dialect.ts'
import type { Tables } from '../../src/stores/engine/tables.ts'
import { createLedger } from '../../src/stores/ledger.ts'
import { createPaymentAttempts } from '../../src/stores/payment-attempts.ts'
import { createUnsettledAttempts } from '../../src/stores/unsettled-attempts.ts'
import { type OpenedLedger, postgres } from './engines.ts'
import { newAttempt, scopeOf, sendingOf } from './wanted-attempts.ts'

/** Twice as many as an instance has connections; the last must not wait two seconds for one. */
const claimsEach = 20

let opened: OpenedLedger
beforeEach(async () => {
  opened = await postgres.open()
})
afterEach(() => opened.close())

const ledgerOf = (database: Kysely<Tables>) =>
  createPaymentAttempts({ database, storeHash: 'store-1', now: () => 1_000_000 })
const instances = (count: number) => Array.from({ length: count }, () => ledgerOf(opened.connect()))
const countOf = (all: readonly { kind: string }[], kind: string) =>
  all.filter((one) => one.kind === kind).length
const attemptsOf = ({ database }: OpenedLedger) =>
  database.selectFrom('payment_attempts').select('id').execute()

async function waitingForLocks(database: Kysely<Tables>): Promise<number | undefined> {
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(database)
  return rows[0]?.count
}

describe('several instances of the service', () => {
  test('claim one order with a hundred keys at the same moment: one gets it', async () => {
    const ledgers = instances(5)
    const claims = await Promise.all(
      ledgers.flatMap((ledger, instance) =>
        Array.from({ length: claimsEach }, (_, turn) =>
          ledger.claim(scopeOf(`key-${instance}-${turn}`), 'body-1', newAttempt()),
        ),
      ),
    )
    expect([countOf(claims, 'claimed'), countOf(claims, 'fenced')]).toEqual([1, 99])
    expect(await attemptsOf(opened)).toHaveLength(1)
  })

  test('claim one key for a hundred orders at the same moment: one gets it, the others are told of that one', async () => {
    const ledgers = instances(5)
    const claims = await Promise.all(
      ledgers.flatMap((ledger, instance) =>
        Array.from({ length: claimsEach }, (_, turn) =>
          ledger.claim(scopeOf('k1'), 'body-1', newAttempt({ orderId: 1 + instance * claimsEach + turn })),
        ),
      ),
    )
    const winner = claims.find((claim) => claim.kind === 'claimed')
    const told = claims.map((claim) => (claim.kind === 'known' ? claim.known.attempt.id : claim.kind))
    expect(told.filter((one) => one === winner?.attempt.id)).toHaveLength(99)
    expect(await attemptsOf(opened)).toHaveLength(1)
  })

  test('claim one released key again and again: each time one gets it', async () => {
    const ledgers = instances(4)
    for (let round = 0; round < 20; round++) {
      const claims = await Promise.all(
        ledgers.map((ledger) => ledger.claim(scopeOf('k1'), 'body-1', newAttempt())),
      )
      expect([countOf(claims, 'claimed'), countOf(claims, 'known')], `round ${round}`).toEqual([1, 3])
      const winner = claims.find((claim) => claim.kind === 'claimed')
      await ledgers[0]?.settle(winner?.attempt.id ?? '', { status: 'not_sent' }, () => null)
    }
  })

  test('claim, release and claim again on one order: each is told claimed or fenced', async () => {
    const kinds = await Promise.all(
      instances(6).map(async (ledger, instance) => {
        const told: string[] = []
        for (let turn = 0; turn < 25; turn++) {
          const claim = await ledger.claim(scopeOf(`key-${instance}-${turn}`), 'body-1', newAttempt())
          told.push(claim.kind)
          if (claim.kind === 'claimed')
            await ledger.settle(claim.attempt.id, { status: 'not_sent' }, () => null)
        }
        return told
      }),
    )
    expect([...new Set(kinds.flat())].sort()).toEqual(['claimed', 'fenced'])
  })

  test('take a checkout over while an attempt on its order is just being sent: that one alone is sent', async () => {
    const [one, other] = instances(2)
    const claimed = async (ledger: typeof one, key: string, orderId: number) => {
      const claim = await ledger?.claim(scopeOf(key), 'body-1', newAttempt({ orderId, cartId: 'cart-1' }))
      return claim?.kind === 'claimed' ? claim.attempt.id : ''
    }
    // The checkout names the first order, whose card was declined.
    const declined = await claimed(one, 'k1', 1)
    await one?.markSending(declined, sendingOf({ amount: 6098, currency: 'USD' }, 2_000_000))
    await one?.settle(declined, { status: 'declined' }, () => null)
    const again = await claimed(one, 'k2', 1)
    const second = await claimed(other, 'k3', 2)

    // The second order has seen that the checkout names another, and waits for its turn to take it over.
    const turn = opened.connect()
    let taking: Promise<unknown> = Promise.resolve()
    const sent = await opened
      .connect()
      .transaction()
      .execute(async (sending) => {
        await turn.transaction().execute(async (transaction) => {
          await waitForTurn(transaction, 'checkout store-1 cart-1')
          taking =
            other?.markSending(second, sendingOf({ amount: 6098, currency: 'USD' }, 2_000_000)) ?? taking
          await expect.poll(() => waitingForLocks(opened.database)).toBe(1)
          // Meanwhile the first order is sent again, in one statement that has not ended yet.
          await sql`UPDATE checkouts SET updated_at_ms = 2 WHERE order_id = 1`.execute(sending)
          await sql`UPDATE payment_attempts SET status = 'sending', sent_at_ms = 2 WHERE id = ${again}`.execute(
            sending,
          )
        })
        await expect.poll(() => waitingForLocks(opened.database)).toBe(1)
        return again
      })
    expect(await taking).toBe('checkout_busy')
    const alive = await opened.database
      .selectFrom('payment_attempts')
      .select('id')
      .where('status', '=', 'sending')
      .execute()
    expect(alive).toEqual([{ id: sent }])
  })

  test('lease one attempt at the same moment: one that waited for the other does not take it as well', async () => {
    let nowMs = 1_000_000
    const options = { storeHash: 'store-1', now: () => nowMs }
    const [ledger] = instances(1)
    const claim = await ledger?.claim(scopeOf('k1'), 'body-1', newAttempt())
    const id = claim?.kind === 'claimed' ? claim.attempt.id : ''
    await ledger?.markSending(id, sendingOf({ amount: 6098, currency: 'USD' }, 5_000_000))
    await ledger?.settle(id, { status: 'unknown' }, () => null)
    nowMs += 60_000

    const taking = await opened.connect().startTransaction().execute()
    expect(await createUnsettledAttempts({ database: taking, ...options }).lease(1)).toHaveLength(1)
    const waiting = createUnsettledAttempts({ database: opened.connect(), ...options }).lease(1)
    await expect.poll(() => waitingForLocks(opened.database)).toBe(1)
    await taking.commit().execute()
    expect(await waiting).toEqual([])
  })

  test('a transaction that Postgres undid because of another is run again', async () => {
    // Made stricter than it is, so that Postgres undoes those that have read what another one wrote meanwhile.
    const stricter = new URL(opened.url)
    stricter.searchParams.set('options', '-c default_transaction_isolation=serializable')
    const connections = Array.from({ length: 3 }, () => openDatabase(stricter.href, () => {}))
    const claims = await Promise.all(
      connections.map((connection) => ledgerOf(connection).claim(scopeOf('k1'), 'body-1', newAttempt())),
    )
    await Promise.all(connections.map((connection) => connection.destroy()))
    expect([countOf(claims, 'claimed'), countOf(claims, 'known')]).toEqual([1, 2])
  })
})

test('an order is sent while the first order of its checkout is to be made: one of the two waits, and only one goes on', async () => {
  const checkoutId = '0a1b2c3d-0000-4000-8000-00000000abcd'
  const { orderId: _none, cartId: _neither, ...noOrder } = newAttempt()
  const ledger = createLedger({
    database: opened.connect(),
    storeHash: 'store-1',
    now: () => 1_000_000,
    velocityWindowMs: 60_000,
    orderFailuresMax: 0,
    countsByCheckout: true,
  })
  const claim = await ledger.attempts.claim(scopeOf('k1'), 'body-1', newAttempt({ cartId: checkoutId }))
  if (claim.kind !== 'claimed') throw new Error(`was ${claim.kind}`)
  // *Sending* is written in one statement, which takes no turn; here it is held up before it commits.
  const taken = { store_hash: 'store-1', checkout_id: checkoutId, order_id: 118, holder: claim.attempt.id }
  const sending = await opened.database.startTransaction().execute()
  await sending
    .updateTable('payment_attempts')
    .set({ status: 'sending', sent_at_ms: 1 })
    .where('id', '=', claim.attempt.id)
    .execute()
  await sending
    .insertInto('checkouts')
    .values({ ...taken, updated_at_ms: 1 })
    .execute()
  const ordering = ledger.checkouts.claimOrdering(scopeOf('k2', { operation: 'payCheckout' }), 'body-1', {
    ...noOrder,
    checkoutId,
    boundTo: null,
    makings: 0,
    cart: { contents: 'c', editedAtMs: null },
    newestOrder: 0,
  })
  await expect.poll(() => waitingForLocks(opened.database)).toBe(1)
  await sending.commit().execute()
  expect((await ordering).kind).toBe('changed')
  expect(await ledger.checkouts.find(checkoutId)).toMatchObject({ boundTo: 118, ordering: null })
})

test('two orders of a checkout are not both sent where its row goes while one waits for it, and the other makes it anew', async () => {
  const ledgerOf = (database: Kysely<Tables>) =>
    createLedger({
      database,
      storeHash: 'store-1',
      now: () => 1_000_000,
      velocityWindowMs: 1,
      orderFailuresMax: 5,
      countsByCheckout: true,
    })
  const checkoutId = '0a1b2c3d-0000-4000-8000-00000000abcd'
  const ledger = ledgerOf(opened.database)
  const claimed = async (key: string, orderId: number) => {
    const claim = await ledger.attempts.claim(scopeOf(key), 'f', newAttempt({ cartId: checkoutId, orderId }))
    if (claim.kind !== 'claimed') throw new Error(claim.kind)
    return claim.attempt.id
  }
  const [first, second] = [await claimed('a', 1), await claimed('b', 2)]
  const { orderId: _order, cartId: _cart, ...noOrder } = newAttempt({ id: 'making' })
  await ledger.checkouts.claimOrdering(scopeOf('o', { operation: 'payCheckout' }), 'f', {
    ...noOrder,
    checkoutId,
    boundTo: null,
    makings: 0,
    cart: { contents: 'c', editedAtMs: 1 },
    newestOrder: 0,
  })
  // The first has gone its fast way, and has the checkout's turn, when no order comes of the making.
  const slow = heldBefore(opened.connect(), (text) => text.includes('for update'))
  const ends = [
    ledgerOf(slow.database).attempts.markSending(first, sendingOf({ amount: 1, currency: 'USD' }, 5)),
  ]
  await slow.reached
  const deletion = await opened.connect().startTransaction().execute()
  await deletion
    .deleteFrom('checkouts')
    .where('holder', '=', 'making')
    .where('order_id', 'is', null)
    .execute()
  slow.goOn()
  ends.push(
    ledgerOf(opened.connect()).attempts.markSending(second, sendingOf({ amount: 1, currency: 'USD' }, 5)),
  )
  await expect.poll(() => waitingForLocks(opened.database), { timeout: 15_000 }).toBeGreaterThan(0)
  await deletion.commit().execute()
  expect((await Promise.all(ends)).filter((end) => end === 'sending')).toHaveLength(1)
})

/** A connection that stands still before a statement, until it is told to go on. */
function heldBefore(database: Kysely<Tables>, isMeant: (text: string) => boolean) {
  const [reached, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const executor = database.getExecutor()
  const provide = executor.provideConnection.bind(executor)
  executor.provideConnection = (use) =>
    provide((connection) =>
      use({
        async executeQuery(statement) {
          if (isMeant(statement.sql)) {
            reached.resolve()
            await go.promise
          }
          return connection.executeQuery(statement)
        },
        streamQuery: connection.streamQuery,
      }),
    )
  return { database, reached: reached.promise, goOn: go.resolve }
}
