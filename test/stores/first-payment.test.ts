import { type Kysely, sql } from 'kysely'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { keptAnswer } from '../../src/domain/payment-answer.ts'
import { openPostgres } from '../../src/stores/engine/postgres.ts'
import type { Tables } from '../../src/stores/engine/tables.ts'
import { createLedger, type Ledger } from '../../src/stores/ledger.ts'
import { runOn } from '../support/postgres.ts'
import { postgres, sqlite } from './engines.ts'
import { newAttempt, scopeOf } from './wanted-attempts.ts'

const sending = {
  due: { amount: 6098, currency: 'USD' },
  patIssuedAtMs: 1,
  patExpiresAtMs: 5_000_000,
  orderTotal: 6098,
}
const paid = { status: 'succeeded', transactionType: 'purchase', bigcommercePaymentId: 'b-1' } as const
const cartId = 'checkout-1'

const ledgerOf = (database: Kysely<Tables>): Ledger =>
  createLedger({
    database,
    storeHash: 'store-1',
    now: () => 1_000_000,
    velocityWindowMs: 3_600_000,
    orderFailuresMax: 5,
    hasEvents: true,
    countsByCheckout: true,
  })

describe.each([sqlite, postgres])('the first payment of an order on $name', (engine) => {
  async function openLedger() {
    const opened = await engine.open()
    onTestFinished(() => opened.close())
    return { ...opened, ledger: ledgerOf(opened.database) }
  }

  async function send({ attempts, holds }: Ledger, id: string, orderId: number) {
    await holds.reserve(id, [{ key: 'someone', declinesMax: 5 }])
    await attempts.claim(scopeOf(`key of ${id}`), 'f', {
      ...newAttempt({ id, orderId }),
      cartId: `${orderId}`,
    })
    expect(await attempts.markSending(id, sending)).toBe('sending')
  }

  const rowsOf = async (database: Kysely<Tables>) => {
    const tables = [
      'payment_attempts',
      'idempotency_keys',
      'velocity_holds',
      'payment_events',
      'checkouts',
    ] as const
    const read = tables.map(async (table) => {
      const { rows } = await sql<object>`SELECT * FROM ${sql.table(table)}`.execute(database)
      return JSON.stringify(rows.map((row) => Object.entries(row).sort()).sort(), null, 1)
    })
    return (await Promise.all(read)).map((text) =>
      text.replaceAll('the-other', 'the-first').replaceAll('222', '111'),
    )
  }

  test('ends in the same rows and words as one that another instance settles', async () => {
    const [first, other] = [await openLedger(), await openLedger()]
    await send(first.ledger, 'the-first', 111)
    await send(other.ledger, 'the-other', 222)
    const settled = await first.ledger.attempts.settle('the-first', paid, keptAnswer)
    const elsewhere = await ledgerOf(other.connect()).attempts.settle('the-other', paid, keptAnswer)
    expect(elsewhere).toEqual({ ...settled, id: 'the-other', orderId: 222, cartId: '222' })
    expect(await rowsOf(other.database)).toEqual(await rowsOf(first.database))
  })

  test('is not settled again by what was remembered, where another instance has settled it meanwhile', async () => {
    const { ledger, connect } = await openLedger()
    await send(ledger, 'the-first', 111)
    const there = { ...paid, bigcommercePaymentId: 'b-2' }
    const ended = await ledgerOf(connect()).attempts.settle('the-first', there, keptAnswer)
    expect(await ledger.attempts.settle('the-first', paid, keptAnswer)).toEqual(ended)
  })

  test('is not settled by what was remembered, where another instance has taken it meanwhile', async () => {
    const { ledger, connect } = await openLedger()
    await send(ledger, 'the-first', 111)
    await ledgerOf(connect()).attempts.settle('the-first', { status: 'unknown' }, keptAnswer)
    const settled = await ledger.attempts.settle('the-first', paid, keptAnswer)
    expect(settled).toMatchObject({ status: 'succeeded', unsettledSinceMs: 1_000_000 })
    const known = await ledger.attempts.findByKey(scopeOf('key of the-first'))
    expect(known?.answer?.status).toBe(201)
  })

  test.each([
    ['an earlier attempt on the order', { orderId: 111, cartId: null }],
    ['an attempt on another order of the checkout', { orderId: 222, cartId }],
  ])('is no first one after %s: what that left is weighed', async (_what, earlier) => {
    const { ledger, database } = await openLedger()
    const { attempts } = ledger
    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      await attempts.claim(scopeOf(key), 'f', {
        ...newAttempt({ id: key, orderId: earlier.orderId }),
        cartId: earlier.cartId,
      })
      await attempts.markSending(key, sending)
      await attempts.settle(key, { status: 'declined', problemCode: 'payment_declined' }, keptAnswer)
    }
    const claim = await attempts.claim(scopeOf('again'), 'f', {
      ...newAttempt({ id: 'again', orderId: 111 }),
      cartId,
    })
    expect(claim.kind).toBe('blocked')
    expect(await attempts.findByKey(scopeOf('again'))).toBeNull()
    const rows = await database
      .selectFrom('payment_attempts')
      .select('id')
      .where('id', '=', 'again')
      .execute()
    expect(rows).toEqual([])
  })
})

describe('statements that Postgres keeps prepared', () => {
  const kept = async (database: Kysely<Tables>) =>
    (await sql<{ name: string }>`SELECT name FROM pg_prepared_statements`.execute(database)).rows.length

  test('are run again as they should where a migration has changed what they return', async () => {
    const opened = await postgres.open()
    onTestFinished(() => opened.close())
    const { attempts } = ledgerOf(opened.database)
    await attempts.claim(scopeOf('one'), 'f', newAttempt({ id: 'one', orderId: 1 }))
    await attempts.findByOrder(1)
    expect(await kept(opened.database)).toBeGreaterThan(0)
    await runOn(opened.url, 'ALTER TABLE payment_attempts ADD COLUMN of_a_newer_version TEXT')
    onTestFinished(() => runOn(opened.url, 'ALTER TABLE payment_attempts DROP COLUMN of_a_newer_version'))
    expect(await attempts.findByOrder(1)).toHaveLength(1)
    expect((await attempts.claim(scopeOf('two'), 'f', newAttempt({ id: 'two', orderId: 2 }))).kind).toBe(
      'claimed',
    )
  })

  test.runIf(inject('poolers'))(
    'are none through a pooler, which may give the next one another connection',
    async () => {
      const opened = await postgres.open()
      onTestFinished(() => opened.close())
      const url = Object.assign(new URL(opened.url), { host: inject('poolers')?.keeping })
      const database = openPostgres({ url: url.href, onConnectionLost: () => {} })
      onTestFinished(() => database.destroy())
      const { attempts } = ledgerOf(database)
      expect((await attempts.claim(scopeOf('one'), 'f', newAttempt({ orderId: 1 }))).kind).toBe('claimed')
      expect(await kept(database)).toBe(0)
    },
  )
})
