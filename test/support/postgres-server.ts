import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgresContainer } from '../../tools/postgres-container.ts'
import { startEmbeddedPostgres } from './postgres-embedded.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
  }
}

/**
 * One real Postgres for a run: the one that TEST_DATABASE_URL names; or a container where Docker answers; or the
 * server's own binaries, which come with `npm ci`. So no test is skipped for want of anything.
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
