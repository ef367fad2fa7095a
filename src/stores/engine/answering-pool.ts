import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import type { Pool, PoolClient } from 'pg'

/**
 * A pool that closes a connection on which an answer did not come in time. pg would give it to the next caller, whose
 * statement would wait behind the silent one, and the ROLLBACK would wait a second time.
 */
export const answeringPool = (pool: Pool): PostgresPool => ({
  options: pool.options,
  connect: async () => new AnsweringClient(await pool.connect()),
  end: () => pool.end(),
})

class AnsweringClient implements PostgresPoolClient {
  readonly #client: PoolClient
  #isSilent = false

  constructor(client: PoolClient) {
    this.#client = client
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  query(sql: unknown, parameters?: readonly unknown[]): unknown {
    if (typeof sql !== 'string') throw new TypeError('Nothing here reads by cursor')
    return this.#answer(sql, parameters ?? [])
  }

  release(destroy = false): void {
    this.#client.release(destroy || this.#isSilent)
  }

  async #answer(sql: string, parameters: readonly unknown[]) {
    if (this.#isSilent) throw new Error('The connection has stopped answering')
    try {
      return await this.#client.query(sql, [...parameters])
    } catch (error) {
      // The server's refusals have a code; an error without one means that the connection broke.
      this.#isSilent = !(error instanceof Error && 'code' in error)
      throw error
    }
  }
}
