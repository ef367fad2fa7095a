import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
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

/** How long to wait for another process that writes to the same file. */
const busyTimeoutMs = 5_000

/**
 * Opens the embedded database: WAL, so that readers never wait for a writer, and FULL, so that a row that
 * says *sending* is on the disk before a byte leaves the machine. `unflushed` makes its exceptions.
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

/** Whoever has the file open as a service does keeps it open; only one that is just closing it is worth a wait. */
const aloneWithinMs = 1_000

/**
 * Opens an existing file that nobody else has open, and keeps everybody else out of it until it is closed.
 *
 * @throws Error when there is no such file, or somebody has it open.
 */
export function openSqliteAlone(path: string): Kysely<Tables> {
  if (!existsSync(path)) throw new Error(`There is no ledger at ${path}.`)
  const sqlite = new DatabaseSync(path, { timeout: aloneWithinMs })
  try {
    // With WAL the first read takes the whole file, and fails when anybody has it open, even to read.
    sqlite.exec('PRAGMA locking_mode = EXCLUSIVE; SELECT COUNT(*) FROM sqlite_schema')
  } catch (error) {
    sqlite.close()
    throw new Error(`${path} is in use: stop every instance first.`, { cause: error })
  }
  return new Kysely<Tables>({ dialect: new EmbeddedDialect({ database: asKyselyDatabase(sqlite) }) })
}

/**
 * Copies a ledger, as it is at one moment, into a new file, which is on the disk when this returns. Payments go on meanwhile.
 *
 * @returns how many payments the copy holds.
 * @throws Error when there is no ledger, something is where the copy should be, or the copy is damaged.
 */
export function backUpSqlite(path: string, to: string): number {
  if (!existsSync(path)) throw new Error(`There is no ledger at ${path}.`)
  // SQLite itself would write into a file that is there and empty.
  if (existsSync(to)) throw new Error(`There is a file at ${to} already.`)
  const source = new DatabaseSync(path, { timeout: busyTimeoutMs, readOnly: true })
  try {
    source.prepare('VACUUM INTO ?').run(to)
  } finally {
    source.close()
  }
  const file = openSync(to, 'r+')
  fsyncSync(file)
  closeSync(file)
  const copy = new DatabaseSync(to, { readOnly: true })
  try {
    const { integrity_check: verdict } = copy.prepare('PRAGMA integrity_check').get() ?? {}
    if (verdict !== 'ok') throw new Error(`The copy at ${to} is damaged: ${verdict}`)
    return Number(copy.prepare('SELECT COUNT(*) AS payments FROM payment_attempts').get()?.payments)
  } finally {
    copy.close()
  }
}

/** Ours are some thirty statements, a few of them once more for each length of a list. */
const statementsMax = 100

/**
 * Kysely speaks to better-sqlite3; Node's own SQLite differs in how parameters and row-less statements look. Kysely
 * prepares a statement for each query, which costs as much as running it, so those already prepared are kept. SQLite itself
 * prepares one again when the schema has changed.
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
  /** Takes the write lock at once: one taken half-way fails, instead of waiting, when another process holds it. */
  override async beginTransaction(connection: DatabaseConnection) {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }
}
