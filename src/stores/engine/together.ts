import { CompiledQuery, type DatabaseConnection, type Kysely, type QueryResult } from 'kysely'
import { dialectOf } from './dialect.ts'
import { beginning } from './postgres.ts'
import { commitsOf } from './sqlite.ts'
import type { Tables } from './tables.ts'
import { withoutFlush } from './transact.ts'

/** Whether a transaction waits for the disk. If not, the next one that does flushes it too (decisions 0024 and 0029). */
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

/**
 * Runs statements that read and then, in the same transaction, the writes that follow from what they read. On Postgres that takes
 * two round trips. It does not wait for the disk.
 *
 * @param decide is told the rows of each that reads; `writes` may be none.
 */
export async function readThenWrite<Decision extends { readonly writes: readonly CompiledQuery<unknown>[] }>(
  database: Kysely<Tables>,
  reads: readonly CompiledQuery<unknown>[],
  decide: (rows: readonly (readonly unknown[])[]) => Decision,
): Promise<Decision> {
  const isPostgres = dialectOf(database).name === 'Postgres'
  const run = isPostgres ? answersAtOnce : answersInTurn
  return withoutFlush(database, (own) =>
    own.getExecutor().provideConnection(async (connection) => {
      try {
        const [, ...read] = await run(connection, [isPostgres ? beginning('for nothing') : begin, ...reads])
        const decision = decide(read.map(({ rows }) => rows))
        await run(connection, [...decision.writes, commit])
        return decision
      } catch (error) {
        // The first error is the one that matters. A connection that stays in a failed transaction is closed.
        await connection.executeQuery(rollback).catch(() => {})
        throw error
      }
    }),
  )
}

const commit = CompiledQuery.raw('commit')

const sentAtOnce = (database: Kysely<Tables>, waits: Waits, statements: readonly CompiledQuery<unknown>[]) =>
  database.getExecutor().provideConnection(async (connection) => {
    // If a statement failed, the server rolls back instead of committing.
    const results = await answersAtOnce(connection, [beginning(waits), ...statements, commit])
    return results.slice(1, -1)
  })

async function answersAtOnce(connection: DatabaseConnection, statements: readonly CompiledQuery<unknown>[]) {
  // All of them must be answered before anyone else gets the connection.
  const answers = await Promise.allSettled(statements.map((each) => connection.executeQuery(each)))
  return answers.map((answer) => {
    if (answer.status === 'rejected') throw answer.reason
    return answer.value
  })
}

async function answersInTurn(connection: DatabaseConnection, statements: readonly CompiledQuery<unknown>[]) {
  const answers: QueryResult<unknown>[] = []
  for (const statement of statements) answers.push(await connection.executeQuery(statement))
  return answers
}

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
      // Begun before another statement can see what was written, so that anything told of it waits for the same flush.
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
  try {
    const done = await answersInTurn(connection, statements)
    await connection.executeQuery(commit)
    return done
  } catch (error) {
    // A full disk makes SQLite roll back by itself; then this fails, and what matters is why.
    await connection.executeQuery(rollback).catch(() => {})
    throw error
  }
}
