import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
} from 'kysely'
import type { Tables } from './tables.ts'

/** How long to wait for another process that writes to the same file. */
const busyTimeoutMs = 5_000

/**
 * Opens the embedded database: WAL, so that readers never wait for a writer, and FULL, so that a row that
 * says *sending* is on the disk before a byte leaves the machine.
 *
 * @param path of the file, made with its folder when missing; `:memory:` for none.
 */
export function openSqlite(path: string): Kysely<Tables> {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  const sqlite = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true })
  sqlite.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  return new Kysely<Tables>({ dialect: new EmbeddedDialect({ database: asKyselyDatabase(sqlite) }) })
}

/**
 * Opens an existing file to look at it. Nothing is made, neither file nor journal: while nobody has it open it is read as
 * if it could not change, which is also the only way to read it without leaving files beside it.
 */
export function openSqliteToRead(path: string): Kysely<Tables> {
  const url = pathToFileURL(path)
  if (!existsSync(`${path}-wal`)) url.search = 'immutable=1'
  const sqlite = new DatabaseSync(url, { timeout: busyTimeoutMs, readOnly: true })
  return new Kysely<Tables>({ dialect: new EmbeddedDialect({ database: asKyselyDatabase(sqlite) }) })
}

/** Kysely speaks to better-sqlite3; Node's own SQLite differs in how parameters and row-less statements look. */
const asKyselyDatabase = (sqlite: DatabaseSync) => ({
  close: () => sqlite.close(),
  prepare(sql: string) {
    const statement = sqlite.prepare(sql)
    return {
      reader: statement.columns().length > 0,
      all: (parameters: readonly unknown[]) => statement.all(...asSqlValues(parameters)),
      run: (parameters: readonly unknown[]) => statement.run(...asSqlValues(parameters)),
      iterate: (parameters: readonly unknown[]) => statement.iterate(...asSqlValues(parameters)),
    }
  },
})

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
  /** Takes the write lock at once: one taken half-way fails, instead of waiting, when another process holds it. */
  override async beginTransaction(connection: DatabaseConnection) {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }
}
