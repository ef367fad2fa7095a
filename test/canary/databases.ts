import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { expect, onTestFinished } from 'vitest'
import { createPostgresServer } from '../chaos/postgres-server-process.ts'
import type { Remains } from './search.ts'
import type { Sink } from './sink.ts'

/** A ledger that can be broken from outside, and whose bytes can all be read. */
export interface WatchedDatabase {
  readonly url: string
  run(sql: string): Promise<void>
  /** Its files; for a server also its log, and a dump of every table. */
  readonly sinks: readonly Sink[]
}

/** The log at its most detailed: every statement with every parameter. */
const loud = [
  'log_statement=all',
  'log_min_duration_statement=0',
  'log_min_messages=debug1',
  'log_min_error_statement=debug5',
  'log_error_verbosity=verbose',
  'log_parameter_max_length=-1',
  'log_parameter_max_length_on_error=-1',
]

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-canary-'))
  chmodSync(folder, 0o755)
  return folder
}

const filesIn = (folder: string): Remains[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ where: path.slice(folder.length + 1), bytes: readFileSync(path) }))

const written = (number: string) =>
  `UPDATE payment_attempts SET payment_method_id = '${number}' WHERE order_id > 0`

export async function watchedSqlite(): Promise<WatchedDatabase> {
  const folder = newFolder()
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'ledger.db')
  const run = async (sql: string) => {
    const database = new DatabaseSync(path, { timeout: 5_000 })
    database.exec(sql)
    database.close()
  }
  return {
    url: `sqlite:${path}`,
    run,
    sinks: [
      {
        name: 'database',
        // The WAL is among them: the service has the file open, so it has not been emptied.
        read: async () => filesIn(folder),
        plant: (number) => run(written(number)),
      },
    ],
  }
}

export async function watchedPostgres(): Promise<WatchedDatabase> {
  const folder = newFolder()
  const home = join(folder, 'postgres')
  const server = await createPostgresServer(home, { moreSettings: loud })
  onTestFinished(async () => {
    await server.crash()
    rmSync(folder, { recursive: true, force: true })
  })
  await server.start()
  const connected = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    const client = new Client({ connectionString: server.url })
    client.on('error', () => {})
    await client.connect()
    return work(client).finally(() => client.end())
  }
  const run = (sql: string) => connected(async (client) => void (await client.query(sql)))
  const dump = () =>
    connected(async (client) => {
      await client.query('CHECKPOINT')
      const tables = await client.query(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`)
      const dumped = []
      for (const { name } of tables.rows) {
        const { rows } = await client.query(`SELECT * FROM ${name}`)
        dumped.push({ where: `table ${name}`, bytes: Buffer.from(JSON.stringify(rows)) })
      }
      expect(dumped.length).toBeGreaterThan(4)
      return dumped
    })
  return {
    url: server.url,
    run,
    sinks: [
      {
        name: "the server's log",
        async read() {
          const bytes = server.log()
          // Statements and their parameters are in it, those that failed too.
          for (const word of ['insert into "payment_attempts"', 'Parameters: $1 = ', 'ERROR: '])
            expect(bytes.includes(word), word).toBe(true)
          return [{ where: 'output', bytes }]
        },
        async plant(number) {
          await connected((client) => client.query('SELECT $1::text', [number]))
          await expect.poll(() => server.log().includes(number)).toBe(true)
        },
      },
      {
        name: 'database',
        async read() {
          const dumped = await dump()
          // Its own programs' words and its tables' are in the files as well; digests are looked for in the dump.
          const files = filesIn(join(home, 'data'))
          return [...dumped, ...files.map((file) => ({ ...file, except: ['digest'] as const }))]
        },
        plant: (number) => run(written(number)),
      },
    ],
  }
}
