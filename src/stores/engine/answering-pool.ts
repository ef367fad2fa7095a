import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import type { ClientBase, Connection, Pool, PoolClient } from 'pg'
import { nameOfPrepared } from './dialect.ts'

/**
 * A pool that closes every connection on which no payment can be made, instead of giving it out:
 * - one on which an answer did not come in time. pg would give it to the next caller, whose statement would wait behind the
 *   silent one, and the ROLLBACK would wait a second time;
 * - one whose server takes no writes, and all that were opened before it answered so: the server has become a standby, and the
 *   name may lead to its successor by now;
 * - one that was left in a failed transaction;
 * - one that does not know a statement that it was told to keep, and all that were opened before the schema was changed under one.
 *
 * @param isOwn whether the server's connection is this client's alone, so that it may keep statements prepared.
 */
export function answeringPool(pool: Pool, isOwn: (client: ClientBase) => boolean): PostgresPool {
  // Which connections were opened before the server last refused to write, or to go on with a statement as it was prepared.
  const openedIn = new WeakMap<PoolClient, number>()
  let era = 0
  pool.on('connect', (client) => void openedIn.set(client, era))

  return {
    options: pool.options,
    async connect() {
      for (;;) {
        const client = await pool.connect()
        if ((openedIn.get(client) ?? era) === era) {
          return new AnsweringClient(client, isOwn(client), () => void era++)
        }
        client.release(true)
      }
    },
    end: () => pool.end(),
  }
}

/** read_only_sql_transaction. */
const isReadOnly = (code: unknown) => code === '25006'
/** in_failed_sql_transaction: every further statement on the connection fails. */
const isFailed = (code: unknown) => code === '25P02'
/**
 * feature_not_supported: a migration has changed what a prepared statement returns. invalid_sql_statement_name and
 * duplicate_prepared_statement: the server's connection is another one than before. Run again, the statement is prepared anew.
 */
export const isOutdated = (code: unknown) => code === '0A000' || code === '26000' || code === '42P05'

class AnsweringClient implements PostgresPoolClient {
  readonly #client: PoolClient & { readonly connection?: Connection }
  readonly #isOwn: boolean
  readonly #onAllUseless: () => void
  #isGathering = false
  #isSilent = false
  #isUseless = false

  constructor(client: PoolClient, isOwn: boolean, onAllUseless: () => void) {
    this.#client = client
    this.#isOwn = isOwn
    this.#onAllUseless = onAllUseless
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  query(sql: unknown, parameters?: readonly unknown[]): unknown {
    if (typeof sql !== 'string') throw new TypeError('Nothing here reads by cursor')
    return this.#answer(sql, parameters ?? [])
  }

  release(destroy = false): void {
    this.#client.release(destroy || this.#isSilent || this.#isUseless)
  }

  /** What is sent in the same turn goes out in one write. */
  #gather(): void {
    const stream = this.#client.connection?.stream
    if (this.#isGathering || !stream) return
    this.#isGathering = true
    stream.cork()
    process.nextTick(() => {
      this.#isGathering = false
      stream.uncork()
    })
  }

  async #answer(sql: string, parameters: readonly unknown[]) {
    if (this.#isSilent) throw new Error('The connection has stopped answering')
    this.#gather()
    try {
      const name = this.#isOwn ? nameOfPrepared(sql) : undefined
      return await this.#client.query({ ...(name && { name }), text: sql, values: [...parameters] })
    } catch (error) {
      // The server's refusals have a code; an error without one means that the connection broke.
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      this.#isSilent = code === undefined
      this.#isUseless ||= isReadOnly(code) || isFailed(code) || isOutdated(code)
      if (isReadOnly(code) || isOutdated(code)) this.#onAllUseless()
      throw error
    }
  }
}
