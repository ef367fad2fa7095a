import { CompiledQuery, type DatabaseConnection, type Kysely, type QueryResult } from 'kysely'
import { dialectOf } from './dialect.ts'
import { beginning } from './postgres.ts'
import { commitsOf } from './sqlite.ts'
import type { Tables } from './tables.ts'

/** Whether a transaction waits for the disk. What does not is taken along by the next one that does (decisions 0024 and 0029). */
export type Waits = 'for the disk' | 'for nothing'

/**
 * Runs statements of which none needs the answer of another, as one transaction. On Postgres all are sent at once, and so take
 * one round trip. On SQLite nothing comes in between, so it takes one turn of the event loop.
 *
 * @returns the rows of each.
 */
export async function together(
  database: Kysely<Tables>,
  waits: Waits,
  statements: readonly CompiledQuery<unknown>[],
): Promise<(readonly unknown[])[]> {
  const run = dialectOf(database).name === 'Postgres' ? sentAtOnce : oneAfterTheOther
  const results = await run(database, waits, statements)
  return results.map(({ rows }) => rows)
}

const commit = CompiledQuery.raw('commit')

const sentAtOnce = (database: Kysely<Tables>, waits: Waits, statements: readonly CompiledQuery<unknown>[]) =>
  database.getExecutor().provideConnection(async (connection) => {
    const sent = [beginning(waits), ...statements, commit].map((each) => connection.executeQuery(each))
    // All of them have to be answered before the connection is anyone else's. After a failure the server undoes what it is told to commit.
    const answers = await Promise.allSettled(sent)
    const results = answers.map((answer) => {
      if (answer.status === 'rejected') throw answer.reason
      return answer.value
    })
    return results.slice(1, -1)
  })

async function oneAfterTheOther(
  database: Kysely<Tables>,
  waits: Waits,
  statements: readonly CompiledQuery<unknown>[],
) {
  const commits = commitsOf(database)
  const journal = waits === 'for the disk' ? commits?.journal : null
  const isWaitedBeside = journal?.isOpen() ?? false
  let flushed: Promise<void> | undefined
  const results = await database.getExecutor().provideConnection(async (connection) => {
    if (commits) commits.waitsInCommit = waits === 'for the disk' && !isWaitedBeside
    try {
      const done = await transacted(connection, statements)
      // Begun before another statement can see what was written: who tells of it waits for the same flush.
      if (isWaitedBeside) flushed = journal?.flush()
      flushed?.catch(() => {})
      return done
    } finally {
      if (commits) commits.waitsInCommit = true
    }
  })
  await flushed
  return results
}

const begin = CompiledQuery.raw('begin immediate')
const rollback = CompiledQuery.raw('rollback')

async function transacted(connection: DatabaseConnection, statements: readonly CompiledQuery<unknown>[]) {
  const [only] = statements
  if (only && statements.length === 1) return [await connection.executeQuery(only)]
  await connection.executeQuery(begin)
  const done: QueryResult<unknown>[] = []
  try {
    for (const statement of statements) done.push(await connection.executeQuery(statement))
    await connection.executeQuery(commit)
    return done
  } catch (error) {
    // A full disk makes SQLite roll back by itself; then this fails, and what matters is why.
    await connection.executeQuery(rollback).catch(() => {})
    throw error
  }
}
