import { loadDatabaseUrl } from '../config/config.ts'
import { migrateDatabase, openDatabase } from '../stores/engine/database.ts'

/** Brings the ledger to the schema of this version and ends; for a service that is started with MIGRATE_ON_START=false. */
async function run(): Promise<void> {
  const url = loadDatabaseUrl()
  // If the connection breaks, the migration fails and says so.
  const database = openDatabase(url, () => {})
  try {
    await migrateDatabase(url, database, { onLockedOut })
  } finally {
    await database.destroy()
  }
  process.stdout.write('The ledger has the schema of this version.\n')
}

const onLockedOut = () =>
  void process.stderr.write('Another program has locked the ledger. Trying again in a second.\n')

await run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
