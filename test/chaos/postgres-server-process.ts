import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import { type PostgresBinaries, postgresBinaries, systemBinaries } from '../../tools/postgres-binaries.ts'
import { freePort } from '../support/free-port.ts'
import { endWithUs } from './child-processes.ts'

/** A real Postgres that can be made to crash. */
export interface PostgresServerProcess {
  readonly url: string
  /** Of its data. */
  readonly folder: string
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
  /** Of another server: makes a standby of it, which keeps up with it once it is started. */
  readonly primary?: PostgresServerProcess
}

/** @param home a folder to be made, for the server's data. */
export async function createPostgresServer(
  home: string,
  { systemFolder = null, moreSettings = [], primary }: PostgresServerOptions = {},
): Promise<PostgresServerProcess> {
  mkdirSync(home)
  const password = primary ? new URL(primary.url).password : randomBytes(16).toString('hex')
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
  if (primary) await copyOf(primary, data, ids)
  else
    execFileSync(join(folder, 'initdb'), [...forInit, '--no-sync', '--encoding=UTF8', '--locale=C'], {
      ...options,
      stdio: 'ignore',
    })
  const port = await freePort()
  const flags = [...settings, ...moreSettings].flatMap((setting) => ['-c', setting])
  let server: ChildProcess | null = null
  const logged: Buffer[] = []

  return {
    folder: data,
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

/** Copies the data of a server while it runs, and makes a standby of the copy. */
async function copyOf(primary: PostgresServerProcess, data: string, ids: PostgresBinaries['ids']) {
  const { hostname, port, password } = new URL(primary.url)
  // The backup lasts as long as the session that began it.
  const client = new Client({ connectionString: primary.url })
  await client.connect()
  try {
    await client.query("SELECT pg_backup_start('standby', true)")
    // What vanishes while it is copied is made good by the log.
    spawnSync('cp', ['-a', primary.folder, data])
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop()')
    rmSync(join(data, 'postmaster.pid'), { force: true })
    writeFileSync(join(data, 'backup_label'), rows[0]?.labelfile ?? '')
    writeFileSync(join(data, 'standby.signal'), '')
    writeFileSync(
      join(data, 'postgresql.auto.conf'),
      `primary_conninfo = 'host=${hostname} port=${port} user=postgres password=${password}'\n`,
    )
  } finally {
    await client.end()
  }
  if (ids.uid !== undefined && ids.gid !== undefined)
    for (const name of ['backup_label', 'standby.signal', 'postgresql.auto.conf'])
      chownSync(join(data, name), ids.uid, ids.gid)
}

/** Resolves when the server's log says so; fails with the log when it ends instead. */
function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const lines: string[] = []
    if (server.stderr) {
      createInterface({ input: server.stderr }).on('line', (line) => {
        if (lines.length < 50) lines.push(line)
        if (/ready to accept (read-only )?connections/.test(line)) resolve()
      })
    }
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`Postgres did not start:\n${lines.join('\n')}`)))
  })
}
