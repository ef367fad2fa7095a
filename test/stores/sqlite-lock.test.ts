import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { applyMigrations } from '../../src/stores/engine/migrations.ts'
import { openSqlite } from '../../src/stores/engine/open-sqlite.ts'
import { commitsOf } from '../../src/stores/engine/sqlite.ts'
import { together } from '../../src/stores/engine/together.ts'
import { sqliteFile } from './sqlite-file.ts'

/** The ledger, and another program that has the file's write lock. */
async function locked() {
  const { path, remove } = sqliteFile()
  const database = openSqlite(path)
  await applyMigrations(database)
  const other = new DatabaseSync(path)
  onTestFinished(async () => {
    other.close()
    await database.destroy()
    remove()
  })
  other.exec('BEGIN IMMEDIATE')
  const rowOf = (instance: string) =>
    database.insertInto('heartbeats').values({ instance, beat_at_ms: 1, filler: '' })
  return { database, other, rowOf }
}

type Locked = Awaited<ReturnType<typeof locked>>

/** How late the event loop was at most while this went on. */
async function latestMs(work: Promise<unknown>): Promise<number> {
  let most = 0
  let isOver = false
  void work
    .catch(() => {})
    .finally(() => {
      isOver = true
    })
  while (!isOver) {
    const beforeMs = performance.now()
    await sleep(5)
    most = Math.max(most, performance.now() - beforeMs)
  }
  return most
}

const writes: [string, (given: Locked) => Promise<unknown>][] = [
  ['a statement', ({ rowOf }) => rowOf('one').execute()],
  [
    'a transaction',
    ({ database, rowOf }) =>
      database.transaction().execute((transaction) => transaction.executeQuery(rowOf('one').compile())),
  ],
  [
    'statements together',
    ({ database, rowOf }) =>
      together(database, 'for the disk', [rowOf('one').compile(), rowOf('two').compile()]),
  ],
]

test.each(writes)(
  '%s waits for another program that writes, and the process goes on',
  async (_what, write) => {
    const given = await locked()
    const writing = write(given)
    const late = latestMs(writing)
    // Only a process that goes on can do this.
    setTimeout(() => given.other.exec('COMMIT'), 1_000)
    await writing
    expect(await late).toBeLessThan(900)
    expect(await given.database.selectFrom('heartbeats').selectAll().execute()).not.toEqual([])
  },
)

test('a write fails where the other program does not end, and succeeds once it has', async () => {
  const { database, other, rowOf } = await locked()
  const commits = commitsOf(database)
  if (commits) commits.busyTimeoutMs = 200
  await expect(rowOf('one').execute()).rejects.toThrow('database is locked')
  other.exec('ROLLBACK')
  await rowOf('one').execute()
})
