import { loadLedgerPlace } from '../config/config.ts'
import { isPostgresUrl, sqlitePath } from '../domain/ledger-url.ts'
import { createServedMark } from '../stores/served-mark.ts'

/** An operator's word that the ledger at DATABASE_URL is to be used as it is. When to give it: docs/operations.md. */
function run(): string {
  const { databaseUrl, markFolder } = loadLedgerPlace()
  if (isPostgresUrl(databaseUrl))
    throw new Error('The ledger is on Postgres, where every ledger is taken as it is.')
  const path = sqlitePath(databaseUrl)
  return createServedMark(path, markFolder).remove()
    ? `The next start takes the ledger at ${path} as it is.`
    : `Nothing says that the store was served from another ledger at ${path}.`
}

try {
  process.stdout.write(`${run()}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
