import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  type CompiledQuery,
  type Driver,
  Kysely,
  type Dialect as KyselyDialect,
  PostgresAdapter,
  type RawBuilder,
  sql,
  type Transaction,
} from 'kysely'
import type { Tables } from './tables.ts'

/** The few SQL words in which SQLite and Postgres differ. */
export interface Dialect {
  readonly name: 'SQLite' | 'Postgres'
  /**
   * The database's own clock: whole milliseconds since the Unix epoch, rounded down. On Postgres the server's, which may be
   * set. On SQLite the machine's, which cannot be set; null until `machine_starts` knows the machine.
   */
  readonly nowMs: RawBuilder<number | null>
  readonly greatest: RawBuilder<unknown>
  readonly least: RawBuilder<unknown>
  /** Ends a SELECT whose rows are changed next. It passes over rows that another transaction is changing. */
  readonly lockFreeRows: RawBuilder<unknown>
  /** The same, but it waits for those rows. */
  readonly lockRows: RawBuilder<unknown>
  /** Where a row lies: what a statement that chooses a batch selects for {@link Dialect.isOf}. */
  readonly rowPlace: RawBuilder<unknown>
  /** Whether a row is of that batch, found without a look at any other. */
  isOf(batch: RawBuilder<unknown>): RawBuilder<boolean>
}

const sqlite: Dialect = {
  name: 'SQLite',
  nowMs: sql`(SELECT started_at_ms + machine_up_ms() FROM machine_starts WHERE machine = machine_id())`,
  greatest: sql`MAX`,
  least: sql`MIN`,
  // It has one writer at a time.
  lockFreeRows: sql``,
  lockRows: sql``,
  rowPlace: sql`rowid`,
  isOf: (batch) => sql`rowid IN (${batch})`,
}

const postgres: Dialect = {
  name: 'Postgres',
  // Not now(), which stands still within a transaction.
  nowMs: sql`FLOOR(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT`,
  greatest: sql`GREATEST`,
  least: sql`LEAST`,
  lockFreeRows: sql`FOR UPDATE OF payment_tokens SKIP LOCKED`,
  lockRows: sql`FOR UPDATE OF payment_tokens`,
  rowPlace: sql`ctid`,
  // A row that was changed meanwhile lies elsewhere, and is skipped.
  isOf: (batch) => sql`ctid = ANY (ARRAY(${batch}))`,
}

export const dialectOf = <T>(database: Kysely<T>): Dialect =>
  database.getExecutor().adapter instanceof PostgresAdapter ? postgres : sqlite

/** Kysely in this dialect, but with a driver of our own. */
export const kyselyWith = (dialect: KyselyDialect, createDriver: () => Driver): Kysely<Tables> =>
  new Kysely<Tables>({
    dialect: {
      createAdapter: () => dialect.createAdapter(),
      createDriver,
      createIntrospector: (database) => dialect.createIntrospector(database),
      createQueryCompiler: () => dialect.createQueryCompiler(),
    },
  })

/**
 * Waits until no other transaction has this turn, and keeps it until this one ends. On SQLite every transaction that writes
 * waits for every other anyway.
 *
 * @param key a number is the lock's own; a text is hashed to one.
 */
export async function waitForTurn<T>(transaction: Transaction<T>, key: number | string): Promise<void> {
  if (dialectOf(transaction).name === 'Postgres') await takeTurn(key).execute(transaction)
}

/** The statements that wait as {@link waitForTurn} does, to be sent with others in this order; none on SQLite. */
export const turns = (database: Kysely<Tables>, keys: readonly string[]): CompiledQuery<unknown>[] =>
  dialectOf(database).name === 'Postgres' ? keys.map((key) => takeTurn(key).compile(database)) : []

function takeTurn(key: number | string): RawBuilder<unknown> {
  const lock = typeof key === 'number' ? sql`${key}` : sql`hashtextextended(${key}, 0)`
  return sql`SELECT pg_advisory_xact_lock(${lock})`
}

/** The machine that this process runs on, and the one clock of it that cannot be set. */
export interface Machine {
  /** Differs from one start of the machine to the next; empty where the system does not tell. */
  readonly id: string
  /** How long it has been up, in whole milliseconds: the same for all its processes. It stands still while it sleeps. */
  upMs(): number
}

/** Made anew by Linux at each start, and the same in all containers of a machine. */
const bootIdFile = '/proc/sys/kernel/random/boot_id'

function bootId(): string {
  try {
    return readFileSync(bootIdFile, 'utf8').trim()
  } catch {
    return ''
  }
}

export const thisMachine: Machine = {
  id: bootId(),
  upMs: () => Number(process.hrtime.bigint() / 1_000_000n),
}

/** Stands in a statement for a value that it is given each time it runs. */
class Given {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

type Give<Values> = <Name extends keyof Values & string>(name: Name) => RawBuilder<Values[Name]>

/** A statement with its values, to be run by `executeQuery` or `together`. */
export type Prepared<Values, Row> = (queries: Kysely<Tables>, values: Values) => CompiledQuery<Row>

/**
 * A statement that is built once for each dialect and then runs with other values each time. Building it and writing its text
 * takes several times as long as SQLite takes to run it, and a payment would have to wait for that.
 *
 * @param build makes the statement, with `give` wherever a value comes later.
 */
export function prepare<Values, Row>(
  build: (queries: Kysely<Tables>, give: Give<Values>) => CompiledQuery<Row>,
): Prepared<Values, Row> {
  const built = new Map<Dialect, CompiledQuery<Row>>()
  return (queries, values) => {
    const dialect = dialectOf(queries)
    let statement = built.get(dialect)
    if (!statement) {
      statement = build(queries, (name) => sql`${new Given(name)}`)
      built.set(dialect, statement)
      names.set(statement.sql, createHash('sha256').update(statement.sql).digest('base64url'))
    }
    const parameters = statement.parameters.map((parameter) =>
      parameter instanceof Given ? values[parameter.name as keyof Values] : parameter,
    )
    return { ...statement, parameters }
  }
}

const names = new Map<string, string>()

/** By which Postgres may keep a statement prepared; undefined for one that is built anew each time. */
export const nameOfPrepared = (text: string): string | undefined => names.get(text)
