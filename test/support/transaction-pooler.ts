import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freePort } from './free-port.ts'

/** Where Debian puts it; `apt-get install pgbouncer` or the like. */
const program = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'].find(existsSync)

/** It refuses to run as root. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

/** A pgbouncer before a Postgres. */
export interface TransactionPooler {
  /** Host and port. */
  readonly host: string
  stop(): Promise<void>
}

export interface TransactionPoolerOptions {
  /** Whether what a client has set in the session is gone with the next transaction, or is there for the next client. */
  readonly forgets?: boolean
}

/** Gives a connection to another client with each transaction. Null where there is no pgbouncer on this machine. */
export async function startTransactionPooler(
  server: string,
  { forgets = true }: TransactionPoolerOptions = {},
): Promise<TransactionPooler | null> {
  if (program === undefined) return null
  const { hostname, port, username, password } = new URL(server)
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-pooler-'))
  chmodSync(folder, 0o777)
  const listenPort = await freePort()
  const ini = join(folder, 'pgbouncer.ini')
  writeFileSync(
    ini,
    `[databases]
* = host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${forgets ? 20 : 1}
server_reset_query = DISCARD ALL
server_reset_query_always = ${forgets ? 1 : 0}
logfile = ${folder}/log
`,
  )
  chmodSync(ini, 0o644)
  const child = spawn(program, [ini], { ...nobody, stdio: 'ignore' })
  await listening(listenPort)
  return {
    host: `127.0.0.1:${listenPort}`,
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect(port, '127.0.0.1')
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isThere) return
    await setTimeout(50)
  }
  throw new Error('pgbouncer did not start.')
}
