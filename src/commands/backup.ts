import { loadDatabaseUrl } from '../config/config.ts'
import { sqlitePath } from '../stores/engine/database.ts'
import { isPostgresUrl } from '../stores/engine/dialect.ts'
import { backUpSqlite } from '../stores/tools/back-up-sqlite.ts'

const usage = `npm run ledger:backup -- /backup/tillgate.db

Copies the ledger that DATABASE_URL names, a file of SQLite, into a new file, while payments run.`

/** Backs the ledger up; for the runbook in docs/operations.md. */
function run([to = '', ...others]: readonly string[]): string {
  if (to === '' || to.startsWith('-') || others.length > 0) throw new Error(usage)
  const url = loadDatabaseUrl()
  if (isPostgresUrl(url)) throw new Error('The ledger is on Postgres: back it up by pg_dump.')
  const payments = backUpSqlite(sqlitePath(url), to)
  return `${to}: ${payments} payments.`
}

try {
  process.stdout.write(`${run(process.argv.slice(2))}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
