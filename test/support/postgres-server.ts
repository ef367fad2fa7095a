import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgresContainer } from '../../tools/postgres-container.ts'
import { startEmbeddedPostgres } from './postgres-embedded.ts'
import { startTransactionPooler } from './transaction-pooler.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
    /** Host and port of two poolers before it, where this machine has pgbouncer: one forgets what a session was set to. */
    poolers: { readonly forgetful: string; readonly keeping: string } | null
  }
}

/**
 * Starts one real Postgres for the run: the one of TEST_DATABASE_URL, else a container if Docker answers, else the server
 * from npm. So no test is ever skipped because something is missing.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server =
    serverOf(process.env.TEST_DATABASE_URL) ??
    (await startPostgresContainer()) ??
    (await startEmbeddedPostgres())
  project.provide('postgresUrl', server.url)
  const [forgetful, keeping] = await Promise.all(
    [true, false].map((forgets) => startTransactionPooler(server.url, { forgets })),
  )
  project.provide(
    'poolers',
    forgetful && keeping ? { forgetful: forgetful.host, keeping: keeping.host } : null,
  )
  return async () => {
    await Promise.all([forgetful?.stop(), keeping?.stop()])
    await server.stop()
  }
}

const serverOf = (url: string | undefined): PostgresServer | null =>
  url ? { url, stop: async () => {} } : null
