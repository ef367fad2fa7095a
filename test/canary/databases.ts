import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { onTestFinished } from 'vitest'
import { createPostgresServer } from '../chaos/postgres-server-process.ts'
import type { Remains } from './search.ts'

/** A ledger that can be broken from outside, and looked into to its last byte. */
export interface WatchedDatabase {
  readonly url: string
  run(sql: string): Promise<void>
  /** Its files, and where it is a server every table as a dump has it. */
  remains(): Promise<Remains[]>
}

const tables = ['payment_attempts', 'idempotency_keys']

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

export async function watchedSqlite(): Promise<WatchedDatabase> {
  const folder = newFolder()
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'ledger.db')
  return {
    url: `sqlite:${path}`,
    async run(sql) {
      const database = new DatabaseSync(path, { timeout: 5_000 })
      database.exec(sql)
      database.close()
    },
    // The WAL is among them: the service has the file open, so it has not been emptied.
    remains: async () => filesIn(folder),
  }
}

export async function watchedPostgres(): Promise<WatchedDatabase> {
  const folder = newFolder()
  const home = join(folder, 'postgres')
  const server = await createPostgresServer(home)
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
  return {
    url: server.url,
    run: (sql) => connected(async (client) => void (await client.query(sql))),
    remains: () =>
      connected(async (client) => {
        await client.query('CHECKPOINT')
        const dumped = []
        for (const table of tables) {
          const { rows } = await client.query(`SELECT * FROM ${table}`)
          dumped.push({ where: `table ${table}`, bytes: Buffer.from(JSON.stringify(rows)) })
        }
        // Its own programs' words and its tables' are in the files as well; digests are looked for in the dump.
        const files = filesIn(join(home, 'data')).map((file) => ({ ...file, except: ['digest'] as const }))
        return [...dumped, ...files]
      }),
  }
}
