import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { rolldown } from 'rolldown'
import { createPostgresServer } from '../../test/chaos/postgres-server-process.ts'
import { root, type Surroundings } from './targets.ts'
import { startUpstream } from './upstream.ts'

export interface BenchSurroundings extends Surroundings {
  /** @returns the address of a new database, on a Postgres that is started when it is first asked for. */
  newPostgresDatabase(): Promise<string>
  stop(): Promise<void>
}

/** Builds what is measured, and starts what is around it. */
export async function makeSurroundings(before: string | undefined): Promise<BenchSurroundings> {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' })
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-bench-'))
  // Started by root, Postgres runs as the user `nobody`, which must get at its part of the folder.
  chmodSync(folder, 0o755)
  const bareFile = await bundleBare(folder)
  const upstream = await startUpstream()
  let server: ReturnType<typeof startPostgres> | null = null
  let databases = 0
  return {
    upstream,
    folder,
    before,
    bareFile,
    async newPostgresDatabase() {
      server ??= startPostgres(folder)
      const { url } = await server
      const name = `bench_${++databases}`
      const client = new Client({ connectionString: url })
      await client.connect()
      await client.query(`CREATE DATABASE ${name}`)
      await client.end()
      return Object.assign(new URL(url), { pathname: `/${name}` }).href
    },
    async stop() {
      upstream.stop()
      await (await server)?.crash()
      rmSync(folder, { recursive: true })
    },
  }
}

/** For a hundred instances with ten connections each, and what looks at them. */
const connectionsMax = 1_100

async function startPostgres(folder: string) {
  const server = await createPostgresServer(join(folder, 'postgres'), {
    moreSettings: [`max_connections=${connectionsMax}`],
  })
  await server.start()
  return server
}

async function bundleBare(folder: string): Promise<string> {
  const file = join(folder, 'bare.mjs')
  const bundle = await rolldown({ input: join(import.meta.dirname, 'bare.ts'), cwd: root, platform: 'node' })
  await bundle.write({ file, format: 'esm' })
  await bundle.close()
  return file
}
