import { Kysely, PostgresDialect } from 'kysely'
import { type ClientBase, Pool, TypeOverrides, types } from 'pg'
import type { WatchConnections } from '../../domain/connection-counts.ts'
import { answeringPool } from './answering-pool.ts'
import type { Tables } from './tables.ts'

export interface PostgresOptions {
  readonly url: string
  /** Hears of a connection that broke; whoever was using it is told separately. */
  readonly onConnectionLost: (error: Error) => void
  /** Lets statements take as long as they need, which only a migration may. */
  readonly isPatient?: boolean
  readonly watchConnections?: WatchConnections
}

/** A payment holds a connection for milliseconds at a time; nine instances fit in a server's default hundred. */
const connectionsMax = 10

/** For a new connection or for one in use to come free. A server in reach answers in milliseconds; a shopper waits. */
const connectTimeoutMs = 2_000

/** Every statement of ours takes milliseconds: what takes longer waits for a lock that somebody forgot. */
const statementTimeoutMs = 3_000

/** After `statementTimeoutMs` a server that is there has answered, so one that has not is gone without a word. */
const answerTimeoutMs = 4_000

/** Quiet hours should not cost the server its memory, nor each payment of an ordinary one a new connection. */
const idleTimeoutMs = 60_000

/** A connection ends before long, so that the instance follows a name that moves to another server. */
const lifetimeSeconds = 300

/** Firewalls forget connections that are silent for a few minutes. */
const keepAliveAfterMs = 30_000

/** Opens a database that several instances share. It connects when it is first used, and again after every loss. */
export function openPostgres(options: PostgresOptions): Kysely<Tables> {
  const { url, onConnectionLost, isPatient = false, watchConnections } = options
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
    ...(isPatient ? {} : { query_timeout: answerTimeoutMs }),
    onConnect: (client) => prepareSession(client, isPatient ? 0 : statementTimeoutMs),
  })
  // Node ends a process for an 'error' nobody listens to, and pg reports a broken connection on the connection
  // itself, in use or not; one that was idle is reported again on the pool.
  pool.on('connect', (client) => void client.on('error', onConnectionLost))
  pool.on('error', () => {})
  watchConnections?.(() => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }))
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: answeringPool(pool) }) })
}

/** Ours are milliseconds, minor units and ids, far below 2^53. Of this pool only: pg's own parsers are everybody's. */
function numbersOfInt8(): TypeOverrides {
  const overrides = new TypeOverrides()
  overrides.setTypeParser(types.builtins.INT8, Number)
  return overrides
}

/**
 * A row that says *sending* must be on the disk before a byte leaves, so a session in which a commit does not wait
 * for the disk is not accepted, whoever set it so. Set by a statement, because poolers refuse it as a start-up option.
 */
async function prepareSession(client: ClientBase, timeoutMs: number): Promise<void> {
  await client.query(
    `SELECT set_config('statement_timeout', $1, false),
            set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), false)`,
    [String(timeoutMs)],
  )
}
