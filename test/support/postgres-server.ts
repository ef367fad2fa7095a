import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgresContainer } from '../../tools/postgres-container.ts'
import { startEmbeddedPostgres } from './postgres-embedded.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
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
  return () => server.stop()
}

const serverOf = (url: string | undefined): PostgresServer | null =>
  url ? { url, stop: async () => {} } : null
