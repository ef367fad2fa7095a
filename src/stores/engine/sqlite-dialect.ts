import type { DatabaseSync } from 'node:sqlite'
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely'
import type { Tables } from './tables.ts'

/** Kysely on an open file; it closes the file when it is destroyed. */
export const kyselyOn = (sqlite: DatabaseSync): Kysely<Tables> =>
  new Kysely<Tables>({ dialect: new EmbeddedDialect({ database: asKyselyDatabase(sqlite) }) })

/** We have some thirty statements, a few of them once for each length of a list. */
const statementsMax = 100

/**
 * Kysely is written for better-sqlite3; Node's own SQLite takes parameters, and marks statements without rows, in another
 * way. Kysely prepares a statement for each query, which costs as much as running it, so prepared ones are kept. SQLite
 * itself prepares one again when the schema has changed.
 */
function asKyselyDatabase(sqlite: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>()
  return {
    close: () => sqlite.close(),
    prepare(sql) {
      const known = prepared.get(sql)
      if (known) return known
      const [oldest] = prepared.keys()
      if (prepared.size >= statementsMax && oldest !== undefined) prepared.delete(oldest)
      const statement = sqlite.prepare(sql)
      const kept = {
        reader: statement.columns().length > 0,
        all: (parameters: readonly unknown[]) => statement.all(...asSqlValues(parameters)),
        run: (parameters: readonly unknown[]) => statement.run(...asSqlValues(parameters)),
        iterate: (parameters: readonly unknown[]) => statement.iterate(...asSqlValues(parameters)),
      }
      prepared.set(sql, kept)
      return kept
    },
  }
}

const asSqlValues = (parameters: readonly unknown[]) => parameters as (string | number | null)[]

class EmbeddedDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig

  constructor(config: SqliteDialectConfig) {
    super(config)
    this.#config = config
  }

  override createDriver() {
    return new EmbeddedDriver(this.#config)
  }
}

class EmbeddedDriver extends SqliteDriver {
  /** Takes the write lock at once. Half-way through, SQLite would fail instead of waiting for another process. */
  override async beginTransaction(connection: DatabaseConnection) {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }
}
