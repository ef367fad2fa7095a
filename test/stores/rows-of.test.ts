import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { openSqlite } from '../../src/stores/engine/open-sqlite.ts'
import { rowsOf } from '../../src/stores/engine/sqlite.ts'

function openLedger() {
  const database = openSqlite(':memory:')
  onTestFinished(() => database.destroy())
  return database
}

const count = (database: ReturnType<typeof openLedger>) =>
  rowsOf(database, sql<{ n: number }>`SELECT COUNT(*) AS n FROM numbers`.compile(database))

test('a read waits for a transaction that is not over, and sees nothing of it before', async () => {
  const database = openLedger()
  await sql`CREATE TABLE numbers (n INTEGER)`.execute(database)
  expect(await count(database)).toEqual([{ n: 0 }])

  const seen: number[] = []
  let reading: Promise<unknown> = Promise.resolve()
  await database.transaction().execute(async (transaction) => {
    await sql`INSERT INTO numbers VALUES (1)`.execute(transaction)
    reading = count(database).then(([row]) => seen.push(row?.n ?? -1))
    for (let turn = 0; turn < 50; turn++) await Promise.resolve()
    expect(seen).toEqual([])
    await sql`INSERT INTO numbers VALUES (2)`.execute(transaction)
  })
  await reading
  expect(seen).toEqual([2])
})

test('a read waits for what is done after a write, such as asking for its flush', async () => {
  const database = openLedger()
  await sql`CREATE TABLE numbers (n INTEGER)`.execute(database)
  const order: string[] = []
  let reading: Promise<unknown> = Promise.resolve()
  await database.connection().execute(async (connection) => {
    await sql`INSERT INTO numbers VALUES (1)`.execute(connection)
    reading = count(database).then(() => order.push('read'))
    for (let turn = 0; turn < 50; turn++) await Promise.resolve()
    order.push('flush asked for')
  })
  await reading
  expect(order).toEqual(['flush asked for', 'read'])
})

test('a read that nothing is in the way of is done in the same turn', async () => {
  const database = openLedger()
  await sql`CREATE TABLE numbers (n INTEGER)`.execute(database)
  const before = count(database)
  const written = sql`INSERT INTO numbers VALUES (1)`.execute(database)
  expect(await before).toEqual([{ n: 0 }])
  await written
  expect(await count(database)).toEqual([{ n: 1 }])
})
