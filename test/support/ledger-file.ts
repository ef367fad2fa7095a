import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'

/** A ledger in a file, which the test can look into and break from outside. */
export function ledgerFile() {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-'))
  const path = join(folder, 'ledger.db')
  const outside = () => {
    const database = new DatabaseSync(path, { timeout: 5_000 })
    opened.push(database)
    return database
  }
  const opened: DatabaseSync[] = []
  onTestFinished(() => {
    for (const database of opened) database.close()
    rmSync(folder, { recursive: true })
  })
  return {
    environment: { DATABASE_URL: `sqlite:${path}` },
    run: (sql: string) => outside().exec(sql),
    read: (sql: string) => outside().prepare(sql).all(),
  }
}
