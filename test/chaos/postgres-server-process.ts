import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { postgresBinaries, systemBinaries } from '../../tools/postgres-binaries.ts'
import { freePort } from '../support/free-port.ts'
import { endWithUs } from './child-processes.ts'

/** A real Postgres that can be made to crash. */
export interface PostgresServerProcess {
  readonly url: string
  start(): Promise<void>
  /** An immediate shutdown: no checkpoint, every session cut off; the next start recovers from the log. */
  crash(): Promise<void>
  /** Its own log, from the first start on. */
  log(): Buffer
}

/** As it is in production where it matters: what is committed is flushed. */
const settings = ['max_connections=100', 'listen_addresses=127.0.0.1', 'unix_socket_directories=']

export interface PostgresServerOptions {
  /** Of a system's own server, to be used in place of the npm package's. */
  readonly systemFolder?: string | null
  /** Beside those above, as `name=value`. */
  readonly moreSettings?: readonly string[]
}

/** @param home a folder to be made, for the server's data. */
export async function createPostgresServer(
  home: string,
  { systemFolder = null, moreSettings = [] }: PostgresServerOptions = {},
): Promise<PostgresServerProcess> {
  mkdirSync(home)
  const password = randomBytes(16).toString('hex')
  const passwordFile = join(home, 'password')
  writeFileSync(passwordFile, password)
  const { folder, ids } = systemFolder ? systemBinaries(systemFolder) : await postgresBinaries(home)
  if (ids.uid !== undefined && ids.gid !== undefined) {
    chmodSync(home, 0o755)
    chownSync(home, ids.uid, ids.gid)
  }
  const data = join(home, 'data')
  const options = { ...ids, cwd: home, env: { LC_ALL: 'C', LC_MESSAGES: 'C' } }
  const forInit = ['-D', data, '-U', 'postgres', '--pwfile', passwordFile, '-A', 'scram-sha-256']
  execFileSync(join(folder, 'initdb'), [...forInit, '--no-sync', '--encoding=UTF8', '--locale=C'], {
    ...options,
    stdio: 'ignore',
  })
  const port = await freePort()
  const flags = [...settings, ...moreSettings].flatMap((setting) => ['-c', setting])
  let server: ChildProcess | null = null
  const logged: Buffer[] = []

  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    async start() {
      server = spawn(join(folder, 'postgres'), ['-D', data, '-p', String(port), ...flags], {
        ...options,
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      endWithUs(server, 'SIGQUIT')
      server.stderr?.on('data', (bytes: Buffer) => logged.push(bytes))
      await ready(server)
    },
    async crash() {
      if (!server) return
      const ended = once(server, 'exit')
      server.kill('SIGQUIT')
      await ended
      server = null
    },
    log: () => Buffer.concat(logged),
  }
}

/** Resolves when the server's log says so; fails with the log when it ends instead. */
function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const lines: string[] = []
    if (server.stderr) {
      createInterface({ input: server.stderr }).on('line', (line) => {
        if (lines.length < 50) lines.push(line)
        if (line.includes('ready to accept connections')) resolve()
      })
    }
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`Postgres did not start:\n${lines.join('\n')}`)))
  })
}
