import {
  CompiledQuery,
  type DatabaseConnection,
  type Kysely,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
} from 'kysely'
import { type ClientBase, Pool, TypeOverrides, types } from 'pg'
import type { WatchConnections } from '../../domain/connection-counts.ts'
import { answeringPool } from './answering-pool.ts'
import { kyselyWith } from './dialect.ts'
import type { Tables } from './tables.ts'

export interface PostgresOptions {
  readonly url: string
  /** Called for a connection that broke. A statement that was running on it fails by itself. */
  readonly onConnectionLost: (error: Error) => void
  /** Lets statements take as long as they need, which only a migration may. */
  readonly isPatient?: boolean
  readonly watchConnections?: WatchConnections
}

/** A payment uses a connection for milliseconds at a time. Nine instances fit into a server's default hundred. */
const connectionsMax = 10

/** How long to wait for a new connection, or for one to come free. A server that is up answers in milliseconds, and a shopper waits. */
const connectTimeoutMs = 2_000

/** Our statements take milliseconds. One that takes longer waits for a lock that another client forgot to give up. */
const statementTimeoutMs = 3_000

/** A server that is up answers within `statementTimeoutMs`, so one that has not answered by now is gone. */
const answerTimeoutMs = 4_000

/** Long enough that ordinary traffic opens no new connections, short enough that quiet hours give the server its memory back. */
const idleTimeoutMs = 60_000

/** A connection ends before long, so that the instance follows a host name that moves to another server. */
const lifetimeSeconds = 300

/** Firewalls forget connections that are silent for a few minutes. */
const keepAliveAfterMs = 30_000

/** Opens a database that several instances share. It connects at the first use, and again after every loss. */
export function openPostgres(options: PostgresOptions): Kysely<Tables> {
  const { url, onConnectionLost, isPatient = false, watchConnections } = options
  const timeoutMs = isPatient ? 0 : statementTimeoutMs
  const own = new WeakSet<ClientBase>()
  const pool = new Pool({
    connectionString: url,
    application_name: 'tillgate',
    max: connectionsMax,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: idleTimeoutMs,
    maxLifetimeSeconds: lifetimeSeconds,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveAfterMs,
    types: numbersOfInt8(),
    // Statements that are sent without waiting for the one before go out at once.
    pipeline: !isPatient,
    ...(isPatient ? {} : { query_timeout: answerTimeoutMs }),
    async onConnect(client) {
      if (await prepareSession(client, timeoutMs)) own.add(client)
    },
  })
  // Node ends a process for an 'error' without a listener. pg reports a broken connection on the connection itself, and
  // an idle one on the pool as well.
  pool.on('connect', (client) => void client.on('error', onConnectionLost))
  pool.on('error', () => {})
  watchConnections?.(() => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }))
  const config = { pool: answeringPool(pool, (client) => own.has(client)) }
  return kyselyWith(new PostgresDialect(config), () => new GuardedDriver(config, timeoutMs))
}

/** Ours are milliseconds, minor units and ids, far below 2^53. For this pool only: pg's own parsers are shared by all. */
function numbersOfInt8(): TypeOverrides {
  const overrides = new TypeOverrides()
  overrides.setTypeParser(types.builtins.INT8, Number)
  return overrides
}

/**
 * The settings that every transaction of ours begins with.
 *
 * A row that says *sending* must be on the disk before a byte leaves, so a commit waits for the disk, also where the database
 * or the user is set not to; a stricter setting stays. Whatever must be kept is therefore written in a transaction.
 *
 * @param isLocal whether they end with the transaction.
 */
const settings = (timeoutMs: number, isLocal: boolean, commit: string = waiting) =>
  `set_config('synchronous_commit', ${commit}, ${isLocal}),
   set_config('statement_timeout', '${timeoutMs}', ${isLocal})`

const waiting = "replace(current_setting('synchronous_commit'), 'off', 'on')"

/** Begins a transaction with its settings: two statements, sent together so that they cost no round trip more. */
const beginWith = (timeoutMs: number, commit?: string) =>
  CompiledQuery.raw(`begin; select ${settings(timeoutMs, true, commit)}`)

const beginnings = {
  'for the disk': beginWith(statementTimeoutMs),
  'for nothing': beginWith(statementTimeoutMs, "'off'"),
}

/** What begins a transaction of `together`. */
export const beginning = (waits: keyof typeof beginnings): CompiledQuery => beginnings[waits]

/**
 * Makes the same settings for statements outside a transaction, but only on a connection of our own. A pooler gives the server's
 * connection to other clients too: it would forget the settings, or let others have them. The server's process has another
 * number then than the one that was told when the connection was made.
 *
 * @returns whether it is our own. Only then may it be asked to keep statements prepared, since a pooler may not know of them.
 */
async function prepareSession(
  client: ClientBase & { processID?: unknown },
  timeoutMs: number,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT ${settings(timeoutMs, false)} WHERE pg_backend_pid() = ${Number(client.processID ?? 0)}`,
  )
  return rowCount === 1
}

class GuardedDriver extends PostgresDriver {
  readonly #begin: CompiledQuery

  constructor(config: PostgresDialectConfig, timeoutMs: number) {
    super(config)
    this.#begin = beginWith(timeoutMs)
  }

  override async beginTransaction(connection: DatabaseConnection) {
    await connection.executeQuery(this.#begin)
  }
}
