import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { inject } from 'vitest'

/** A database of the test's own, on the server of this run. */
export interface PostgresDatabase {
  readonly url: string
  /** Removes it, even while connections are open. */
  drop(): Promise<void>
}

/** Creates an empty database. */
export async function newPostgresDatabase(): Promise<PostgresDatabase> {
  const name = `tillgate_${randomBytes(8).toString('hex')}`
  const server = inject('postgresUrl')
  await runOn(server, `CREATE DATABASE ${name} TEMPLATE template0`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => runOn(server, `DROP DATABASE ${name} WITH (FORCE)`) }
}

/** Runs statements on a new connection. */
export async function runOn(url: string, statements: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statements)
  } finally {
    await client.end()
  }
}
