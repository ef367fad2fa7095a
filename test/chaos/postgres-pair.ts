import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { createPostgresServer, type PostgresServerProcess } from './postgres-server-process.ts'

/** How the primary goes: it stays there and takes no writes for a while, or it dies. */
export type Departure = 'read-only' | 'dies'

/** A primary and a standby that confirms every commit, behind one address. */
export interface PostgresPair {
  /** Of the address; a client that connects gets the server that it leads to at that moment. */
  readonly url: string
  /** Of the server that takes writes. */
  primary(): PostgresServerProcess
  /** The standby takes over, and resolves when it takes writes. Then it is given a standby of its own. */
  failOver(departure: Departure): Promise<void>
  /** Resolves when the present primary has its standby. */
  idle(): Promise<void>
  stop(): Promise<void>
}

const settings = ['wal_level=replica', 'wal_retrieve_retry_interval=100ms', 'wal_keep_size=64MB']
/** How long writes are refused before the address leads to the standby, and then until that one is promoted. */
const readOnlyMs = 5_000
const waitingMs = 3_000

export async function startPostgresPair(folder: string): Promise<PostgresPair> {
  let number = 1
  const newHome = () => join(folder, `postgres-${number++}`)
  let primary = await createPostgresServer(newHome(), { moreSettings: settings })
  await primary.start()
  const old: PostgresServerProcess[] = []
  const board = await startSwitchboard(primary.url)

  async function addStandby(): Promise<PostgresServerProcess> {
    const standby = await createPostgresServer(newHome(), { moreSettings: settings, primary })
    await standby.start()
    await setOn(primary, 'synchronous_standby_names', '*')
    return standby
  }
  let standby = await addStandby()
  let adding: Promise<void> = Promise.resolve()

  return {
    url: board.url,
    primary: () => primary,
    async failOver(departure) {
      await adding
      const leaving = primary
      if (departure === 'read-only') {
        await setOn(leaving, 'default_transaction_read_only', 'on')
        await sleep(readOnlyMs)
        // What is connected stays where it is: only who connects anew is led to the standby.
        board.leadTo(standby.url)
        await sleep(waitingMs)
        old.push(leaving)
      } else {
        await leaving.crash()
        board.leadTo(standby.url)
      }
      await promote(standby)
      primary = standby
      adding = addStandby().then((added) => {
        standby = added
      })
    },
    idle: () => adding,
    async stop() {
      await adding.catch(() => {})
      board.stop()
      await Promise.all([primary, standby, ...old].map((server) => server.crash()))
    },
  }
}

async function ask(server: PostgresServerProcess, ...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: server.url })
  client.on('error', () => {})
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

const setOn = (server: PostgresServerProcess, name: string, value: string) =>
  ask(server, `ALTER SYSTEM SET ${name} = '${value}'`, 'SELECT pg_reload_conf()')

const promote = (standby: PostgresServerProcess) => ask(standby, 'SELECT pg_promote(true, 30)')

/** An address that leads to one server after the other. */
async function startSwitchboard(firstUrl: string) {
  let target = new URL(firstUrl)
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: Object.assign(new URL(firstUrl), { hostname: '127.0.0.1', port: String(port) }).href,
    leadTo(url: string) {
      target = new URL(url)
    },
    stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
