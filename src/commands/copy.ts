import { loadDatabaseUrl } from '../config/config.ts'
import { isDatabase } from '../config/rules.ts'
import { isPostgresUrl, sqlitePath } from '../domain/ledger-url.ts'
import { migrateDatabase } from '../stores/engine/database.ts'
import { migrationState } from '../stores/engine/migrations.ts'
import { openSqliteAlone } from '../stores/engine/open-sqlite.ts'
import { openPostgres } from '../stores/engine/postgres.ts'
import { copyLedger } from '../stores/tools/copy-rows.ts'

const usage = `DATABASE_URL=postgres://… npm run ledger:copy -- sqlite:./data/tillgate.db

Copies a SQLite ledger into an empty one on Postgres, all or nothing, and compares every row. Stop every instance first.
The old ledger stays as it is.`

/** Moves the ledger from a file to a server. How to use it: docs/operations.md. */
async function run([from = '', ...others]: readonly string[]): Promise<string> {
  if (!from.startsWith('sqlite:') || !isDatabase(from) || others.length > 0) throw new Error(usage)
  const url = loadDatabaseUrl()
  if (!isPostgresUrl(url)) throw new Error(`DATABASE_URL must name the new ledger, on Postgres.\n\n${usage}`)

  const source = openSqliteAlone(sqlitePath(from))
  try {
    const { missing, newer } = await migrationState(source)
    if (newer.length > 0)
      throw new Error('The old ledger was migrated by a newer version: copy it with that version.')
    if (missing.length > 0) {
      throw new Error('The old ledger has the schema of an older version: run `npm run migrate` on it first.')
    }
    return await copyInto(url, source)
  } finally {
    await source.destroy()
  }
}

async function copyInto(url: string, source: Parameters<typeof copyLedger>[0]): Promise<string> {
  // If the connection breaks, the copy fails and says so.
  const target = openPostgres({ url, onConnectionLost: () => {}, isPatient: true })
  try {
    await migrateDatabase(url, target)
    const copied = Object.entries(await copyLedger(source, target))
    return copied.map(([table, rows]) => `${table}: ${rows} rows, each the same in both.`).join('\n')
  } finally {
    await target.destroy()
  }
}

await run(process.argv.slice(2)).then(
  (told) => void process.stdout.write(`${told}\n`),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  },
)
