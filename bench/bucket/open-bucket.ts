import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { schedule } from '../../src/allowance/clocks.ts'
import { createPermitStore } from '../../src/allowance/permit-store.ts'
import { createPermits } from '../../src/allowance/permits.ts'
import { SEND_WITHIN_MS } from '../../src/allowance/rule.ts'
import type { Log } from '../../src/logging/log-entry.ts'
import { applyMigrations } from '../../src/stores/engine/migrations.ts'
import { openSqlite } from '../../src/stores/engine/open-sqlite.ts'

/** Answers true once a payment of this caller may go, false where it may not. */
export type Admit = (caller: string) => Promise<boolean>

const marginMs = 200
const maxWaitMs = 5_000
/** Roughly how long BigCommerce takes for a payment. */
const answerMs = 300
const silence = () => {}
const silent: Log = { info: silence, warn: silence, error: silence, child: () => silent }

/** The bucket as it ships, on a file. */
export async function openBucket(limit: number, windowMs: number): Promise<Admit> {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const database = openSqlite(join(folder, 'bench.db'))
  await applyMigrations(database)
  const shared = { instance: 'bench', limit, rule: { windowMs, marginMs, sendWithinMs: SEND_WITHIN_MS } }
  const permits = createPermits({
    ...shared,
    store: createPermitStore({ ...shared, database, storeHash: 'bench' }),
    maxWaitMs,
    now: () => performance.now(),
    wallNow: Date.now,
    schedule,
    random: Math.random,
    log: silent,
  })
  await permits.open()

  return async (caller) => {
    try {
      const permit = await permits.arrive(caller).takePermit()
      await permit.moment()
      permit.departed()
      setTimeout(permit.answered, answerMs)
      return true
    } catch {
      return false
    }
  }
}
