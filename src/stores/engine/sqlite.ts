import { realpathSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Kysely,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely'
import { kyselyWith, type Machine } from './dialect.ts'
import { type Journal, placeIn } from './journal.ts'
import type { Tables } from './tables.ts'

/** How long to wait for another process that writes to the same file. */
export const busyTimeoutMs = 5_000
/**
 * SQLite itself waits this long, and blocks our thread. Another process's usual write takes no longer, and no probe notices. After
 * that we ask again and again, and let the event loop turn in between.
 */
export const busyInThreadMs = 50

/** How what is written to an open file waits: for other processes, and for the disk. */
export interface Commits {
  /** How long a write waits for another process that writes to the same file, in milliseconds. */
  busyTimeoutMs: number
  /** Whether SQLite waits for the disk in each commit that is begun now. */
  waitsInCommit: boolean
  /** null where there is no file, or no one waits for it. */
  readonly journal: Journal | null
}

const commitsByDatabase = new WeakMap<Kysely<Tables>, Commits>()

/** undefined where it is no SQLite file, or only a part of a transaction. */
export const commitsOf = (database: Kysely<Tables>): Commits | undefined => commitsByDatabase.get(database)

/** Lets statements ask which machine this is, and for how long it has been up: the clock that permits count on. */
export function tellMachine(sqlite: DatabaseSync, machine: Machine): void {
  sqlite.function('machine_id', () => machine.id)
  sqlite.function('machine_up_ms', () => machine.upMs())
}

/** A file by its place on the disk; null where there is none. Symbolic links are followed. */
const placeOf = (path: string): string | null =>
  placeIn(statSync(path, { bigint: true, throwIfNoEntry: false }))

/**
 * Remembers which files SQLite has open at a path: the ledger, its journal and its locks. If one of them is deleted, moved or
 * replaced, this process goes on with a file that no other process can find, and another one starts with an empty ledger at the
 * same path. As long as the file is open, its place on the disk is not given to another one.
 *
 * Only names are looked at. To open a file here and close it again would end all locks that SQLite has on it.
 *
 * @returns what throws when the files at the path are not those that are open any more.
 */
export function watchOpenFile(path: string): () => void {
  const real = realpathSync(path)
  const opened = [path, `${real}-wal`, `${real}-shm`].map((name) => ({ name, place: placeOf(name) }))
  return () => {
    for (const { name, place } of opened) {
      if (placeOf(name) === place) continue
      throw new Error(`The ledger's file ${name} was moved, deleted or replaced while it was open`)
    }
  }
}

/**
 * Kysely on an open file; it closes the file when it is destroyed.
 *
 * @param beforeWrite throws where nothing may be written any more.
 */
export function kyselyOn(
  sqlite: DatabaseSync,
  beforeWrite: () => void = () => {},
  journal: Journal | null = null,
): Kysely<Tables> {
  const commits: Commits = { busyTimeoutMs, waitsInCommit: true, journal }
  const setLevel = levelSetter(sqlite)
  const beginWrite = () => {
    beforeWrite()
    journal?.refuseFailed()
    setLevel(commits.waitsInCommit ? 'FULL' : 'NORMAL')
  }
  const file = asKyselyDatabase(sqlite, beginWrite, () => journal?.close())
  const driver = new EmbeddedDriver({ database: file }, sqlite, commits)
  const database = kyselyWith(new SqliteDialect({ database: file }), () => driver)
  commitsByDatabase.set(database, commits)
  readsByDatabase.set(database, ({ sql, parameters }) =>
    driver.isTaken ? null : file.prepare(sql).all(parameters),
  )
  return database
}

type ReadNow = (query: CompiledQuery<unknown>) => unknown[] | null
const readsByDatabase = new WeakMap<Kysely<Tables>, ReadNow>()

/**
 * The rows of a SELECT. In SQLite's file they are read in the same turn, unless another work has the connection: that may be in the
 * middle of a transaction, or have written what is not on the disk yet.
 *
 * @param query compiled once, since to build its text costs more than to run it.
 */
export async function rowsOf<Row>(database: Kysely<Tables>, query: CompiledQuery<Row>): Promise<Row[]> {
  const rows = readsByDatabase.get(database)?.(query) as Row[] | null | undefined
  return rows ?? (await database.executeQuery(query)).rows
}

/** Switches only when the kind of commit changes; mostly commits of one kind follow each other. @returns a function to call outside of transactions. */
function levelSetter(sqlite: DatabaseSync) {
  let present = 'FULL'
  return (level: 'FULL' | 'NORMAL') => {
    if (level === present) return
    sqlite.exec(`PRAGMA synchronous = ${level}`)
    present = level
  }
}

/** A transaction is asked about when it begins, a single statement when it writes. */
const writes = /^\s*(begin|insert|update|delete|with)\b/i

/** We have some thirty statements, a few of them once for each length of a list. */
const statementsMax = 100

/**
 * Kysely is written for better-sqlite3; Node's own SQLite takes parameters, and marks statements without rows, in another
 * way. Kysely prepares a statement for each query, which costs as much as running it, so prepared ones are kept. SQLite
 * itself prepares one again when the schema has changed.
 */
function asKyselyDatabase(
  sqlite: DatabaseSync,
  beginWrite: () => void,
  beforeClose: () => void,
): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>()
  return {
    close() {
      beforeClose()
      sqlite.close()
    },
    prepare(sql) {
      const known = prepared.get(sql)
      if (known) return known
      const [oldest] = prepared.keys()
      if (prepared.size >= statementsMax && oldest !== undefined) prepared.delete(oldest)
      const statement = sqlite.prepare(sql)
      const isWrite = writes.test(sql)
      const ask = () => {
        if (isWrite && !sqlite.isTransaction) beginWrite()
      }
      const kept = {
        reader: statement.columns().length > 0,
        all(parameters: readonly unknown[]) {
          ask()
          return statement.all(...asSqlValues(parameters))
        },
        run(parameters: readonly unknown[]) {
          ask()
          return statement.run(...asSqlValues(parameters))
        },
        iterate: (parameters: readonly unknown[]) => statement.iterate(...asSqlValues(parameters)),
      }
      prepared.set(sql, kept)
      return kept
    },
  }
}

const asSqlValues = (parameters: readonly unknown[]) => parameters as (string | number | null)[]

/** SQLite's primary result code, to which it adds reasons in higher bytes. */
const sqliteBusy = 5

/** Whether a statement of SQLite has failed because another process has the write lock. */
export const isBusy = (error: unknown): boolean =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  (error.errcode & 0xff) === sqliteBusy

class EmbeddedDriver extends SqliteDriver {
  readonly #sqlite: DatabaseSync
  readonly #commits: Commits
  #patient: DatabaseConnection | null = null
  /** Whether a statement or a transaction has the connection, from before its first word to after its last. */
  isTaken = false

  constructor(config: SqliteDialectConfig, sqlite: DatabaseSync, commits: Commits) {
    super(config)
    this.#sqlite = sqlite
    this.#commits = commits
  }

  override async acquireConnection() {
    this.isTaken = true
    this.#patient ??= this.#asPatient(await super.acquireConnection())
    return this.#patient
  }

  #asPatient(connection: DatabaseConnection): DatabaseConnection {
    return {
      // Within a transaction the lock is ours.
      executeQuery: (query) => {
        const run = () => connection.executeQuery<never>(query)
        return this.#sqlite.isTransaction ? run() : this.#whenFree(run)
      },
      streamQuery: (query, size) => connection.streamQuery(query, size),
    }
  }

  /** Runs a statement, again and again while another process has the write lock. */
  async #whenFree<T>(run: () => Promise<T>): Promise<T> {
    const untilMs = performance.now() + this.#commits.busyTimeoutMs
    for (;;) {
      try {
        return await run()
      } catch (error) {
        if (!isBusy(error) || performance.now() >= untilMs) throw error
      }
      await sleep(busyInThreadMs)
    }
  }

  override async releaseConnection() {
    this.isTaken = false
  }

  /** Takes the write lock at once. Half-way through, SQLite would fail instead of waiting for another process. */
  override async beginTransaction(connection: DatabaseConnection) {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }

  /** A full disk makes SQLite roll back by itself. A second ROLLBACK would fail, and hide why. */
  override async rollbackTransaction(connection: DatabaseConnection) {
    if (this.#sqlite.isTransaction) await super.rollbackTransaction(connection)
  }
}
