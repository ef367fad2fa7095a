import { loadDatabaseUrl } from '../config/config.ts'
import { isPostgresUrl, sqlitePath } from '../domain/ledger-url.ts'
import { backUpSqlite } from '../stores/tools/back-up-sqlite.ts'

const usage = `npm run ledger:backup -- /backup/tillgate.db

Copies the SQLite ledger that DATABASE_URL names into a new file. Payments go on.`

/** Backs the ledger up. How to use it: docs/operations.md. */
function run([to = '', ...others]: readonly string[]): string {
  if (to === '' || to.startsWith('-') || others.length > 0) throw new Error(usage)
  const url = loadDatabaseUrl()
  if (isPostgresUrl(url)) throw new Error('The ledger is on Postgres: back it up with pg_dump.')
  const payments = backUpSqlite(sqlitePath(url), to)
  return `${to}: ${payments} payments.`
}

try {
  process.stdout.write(`${run(process.argv.slice(2))}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
