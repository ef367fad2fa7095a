import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../src/stores/engine/database.ts'
import { isMigrated } from '../../src/stores/engine/migrations.ts'
import { compiled } from '../support/compiled.ts'

const main = join(import.meta.dirname, '../../src/commands/migrate.ts')
const copy = join(import.meta.dirname, '../../src/commands/copy.ts')
const run = (env: Record<string, string>) =>
  promisify(execFile)(process.execPath, [main], { env: { ...compiled, ...env } })

test('`npm run migrate` needs to know where the ledger is and nothing else, and may be run again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const DATABASE_URL = `sqlite:${join(folder, 'ledger.db')}`
  for (let turn = 0; turn < 2; turn++) {
    expect((await run({ DATABASE_URL })).stdout).toBe('The ledger has the schema of this version.\n')
  }
  const database = openDatabase(DATABASE_URL, () => {})
  expect(await isMigrated(database)).toBe(true)
  await database.destroy()
})

test.each([
  ['no address', 'mysql://canary@db.example', /DATABASE_URL must be/],
  ['where no server listens', 'postgres://tillgate:canary@127.0.0.1:1/tillgate', /ECONNREFUSED/],
])(
  'a ledger that cannot be migrated ends it with 1 and the reason: %s',
  async (_what, DATABASE_URL, reason) => {
    const failure = await run({ DATABASE_URL }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 1, stderr: expect.stringMatching(reason) })
    expect(String(failure)).not.toContain('canary')
  },
)

test('the copy from SQLite takes no path that is written like an address', async () => {
  const env = { ...compiled, DATABASE_URL: 'postgres://127.0.0.1:1/tillgate' }
  const copying = promisify(execFile)(process.execPath, [copy, 'sqlite://./data/tillgate.db'], { env })
  expect(await copying.catch((error: unknown) => error)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('npm run ledger:copy -- sqlite:./data/tillgate.db'),
  })
})
