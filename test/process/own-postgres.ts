import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createPostgresServer, type PostgresServerProcess } from '../chaos/postgres-server-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/**
 * A Postgres of the test's own, running, with one empty database.
 *
 * @param systemFolder of a system's own server; else it is the npm package's.
 */
export async function ownPostgres(systemFolder: string | null = null): Promise<PostgresServerProcess> {
  const folder = temporaryFolder()
  // The server may run as another user, who has to get through.
  chmodSync(folder, 0o755)
  const server = await createPostgresServer(join(folder, 'postgres'), { systemFolder })
  onTestFinished(() => server.crash())
  await server.start()
  return server
}
