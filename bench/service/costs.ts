import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { paying } from './callers.ts'
import { closedLoop, openLoop } from './load.ts'
import { type MeasuredProcess, useOf } from './measured-process.ts'
import { orderToPay } from './paying.ts'
import type { BenchSurroundings } from './surroundings.ts'
import { startTarget } from './targets.ts'

/** What an instance and a payment cost, with the ledger on Postgres: the figures that a plan is made of. */
export interface Costs {
  readonly rowsPerPayment: number
  /** On Postgres with its indexes, and on SQLite. */
  readonly bytesPerPayment: number
  readonly sqliteBytesPerPayment: number
  /** At the store's own pace, where no two payments share one. */
  readonly commitsPerPayment: number
  readonly flushesPerPayment: number
  readonly walBytesPerPayment: number
  /** To the management host. */
  readonly callsPerPayment: number
  readonly serviceMsPerPayment: number
  readonly postgresMsPerPayment: number
  /** Of an instance that no one asks anything, a second. */
  readonly idleServiceMsPerSecond: number
  readonly idlePostgresMsPerSecond: number
  readonly idleCommitsPerSecond: number
  readonly residentMb: number
  /** Open to Postgres at the store's own pace. */
  readonly connections: number
}

/** So many that pages and indexes are filled as they are in a large ledger. */
const filledSeconds = 15
const fillConnections = 8
/** The store's allowance. */
const perSecond = 12.5
const idleSeconds = 10

export async function measureCosts(surroundings: BenchSurroundings, seconds: number): Promise<Costs> {
  const url = await surroundings.newPostgresDatabase()
  const server = await openServer(url, surroundings.folder)
  const filling = await startTarget('tillgate', surroundings, { databaseUrl: url })
  const empty = await server.size()
  const filled = await pay(filling, filledSeconds)
  await filling.stop()
  await server.settle()
  const full = await server.size()
  // Another instance: the first has connections and memory of its fastest hour.
  const target = await startTarget('tillgate', surroundings, { databaseUrl: url })
  try {
    const idleBefore = { ...(await server.use()), service: target.use().cpuMs }
    await sleep(idleSeconds * 1_000)
    const idleAfter = { ...(await server.use()), service: target.use().cpuMs }
    const idle = (name: keyof typeof idleBefore) => (idleAfter[name] - idleBefore[name]) / idleSeconds

    await surroundings.upstream.seen()
    const before = { ...(await server.use()), service: target.use().cpuMs }
    const next = () => paying(orderToPay())
    const paid = (await openLoop({ url: target.url, next, perSecond, seconds })).answers.length
    const { connections } = await server.size()
    const after = { ...(await server.use()), service: target.use().cpuMs }
    const { calls, charges } = await surroundings.upstream.seen()
    const each = (name: keyof typeof before) => (after[name] - before[name] - idle(name) * seconds) / paid
    return {
      rowsPerPayment: (full.rows - empty.rows) / filled,
      bytesPerPayment: (full.bytes - empty.bytes) / filled,
      sqliteBytesPerPayment: await sqliteBytes(surroundings),
      commitsPerPayment: each('commits'),
      flushesPerPayment: each('flushes'),
      walBytesPerPayment: each('walBytes'),
      callsPerPayment: (calls - charges) / paid,
      serviceMsPerPayment: each('service'),
      postgresMsPerPayment: each('cpuMs'),
      idleServiceMsPerSecond: idle('service'),
      idlePostgresMsPerSecond: idle('cpuMs'),
      idleCommitsPerSecond: idle('commits'),
      residentMb: target.use().residentMb,
      connections,
    }
  } finally {
    await target.stop()
    await server.close()
  }
}

async function pay({ url }: MeasuredProcess, seconds: number): Promise<number> {
  const next = () => paying(orderToPay())
  return (await closedLoop({ url, next, connections: fillConnections, seconds })).answers
}

async function sqliteBytes(surroundings: BenchSurroundings): Promise<number> {
  const path = join(surroundings.folder, 'costs.db')
  const target = await startTarget('tillgate', surroundings, { databaseUrl: `sqlite:${path}` })
  const bytes = () => readFileSync(path).length
  const empty = bytes()
  const paid = await pay(target, filledSeconds)
  // Its last checkpoint brings everything into the file.
  await target.stop()
  return (bytes() - empty) / paid
}

/** Looks at a Postgres from beside it. */
async function openServer(url: string, folder: string) {
  const client = new Client({ connectionString: url })
  await client.connect()
  const one = async (query: string) => Number(Object.values((await client.query(query)).rows[0] ?? {})[0])
  const pid = Number(readFileSync(join(folder, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0])
  return {
    async size() {
      const { rows: tables } = await client.query<{ name: string }>(
        `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
      )
      let rows = 0
      for (const { name } of tables) rows += await one(`SELECT count(*) FROM ${name}`)
      return {
        rows,
        bytes: await one('SELECT pg_database_size(current_database())'),
        connections:
          (await one('SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()')) - 1,
      }
    },
    settle: async () => void (await client.query('VACUUM')),
    async use() {
      // Sessions bring their counts once a second, and when they are idle.
      await sleep(1_500)
      return {
        commits: await one('SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()'),
        flushes: await one(`SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal'`),
        walBytes: await one('SELECT wal_bytes FROM pg_stat_wal'),
        cpuMs: treeCpuMs(pid),
      }
    },
    close: () => client.end(),
  }
}

/** Of a process and its children, those that have ended included. */
function treeCpuMs(pid: number): number {
  const ended = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  const tickMs = 10
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
  const living = children.reduce((sum, child) => sum + useOf(Number(child)).cpuMs, useOf(pid).cpuMs)
  return living + (Number(ended[13]) + Number(ended[14])) * tickMs
}

function parentOf(pid: string): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '')
    return Number(fields.split(' ')[1])
  } catch {
    // It has ended meanwhile.
    return 0
  }
}
