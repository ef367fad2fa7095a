import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { createPermitStore, prepareReserving } from '../../src/allowance/permit-store.ts'
import { SEND_WITHIN_MS } from '../../src/allowance/rule.ts'
import { applyMigrations } from '../../src/stores/engine/migrations.ts'
import { openSqlite } from '../../src/stores/engine/open-sqlite.ts'
import { percentile } from '../service/statistics.ts'

const rounds = 20
const perRound = 50

/**
 * Measures one reservation on SQLite, as it ships and as it would be if it waited for the disk. The two take turns, so
 * that other work of the disk slows down both.
 *
 * @returns a sentence with both times.
 */
export async function reservationLine(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-bench-'))
  const database = openSqlite(join(folder, 'bench.db'))
  await applyMigrations(database)
  const options = {
    database,
    storeHash: 'bench',
    instance: 'bench',
    limit: 50,
    rule: { windowMs: 4_000, marginMs: 200, sendWithinMs: SEND_WITHIN_MS },
  }
  const store = createPermitStore(options)
  await store.provide()
  const reserveWaiting = prepareReserving(options, 'for the disk')
  const kinds = {
    shipped: { reserve: () => store.reserve(1, 250), giveBack: store.giveBack },
    waiting: {
      reserve: () => reserveWaiting(1, 250),
      giveBack: () => sql`UPDATE payment_tokens SET counted_at_ms = 0`.execute(database),
    },
  }
  const tookUs = { shipped: [] as number[], waiting: [] as number[] }
  for (let turn = 0; turn < rounds * perRound * 2; turn++) {
    const kind = Math.floor(turn / perRound) % 2 === 0 ? 'shipped' : 'waiting'
    const startMs = performance.now()
    const { taken } = await kinds[kind].reserve()
    tookUs[kind].push((performance.now() - startMs) * 1000)
    for (const reservation of taken) await kinds[kind].giveBack(reservation)
  }
  await database.destroy()
  rmSync(folder, { recursive: true, force: true })
  const told = (took: readonly number[]) =>
    `${percentile(took, 0.5).toFixed(0)} µs (p99 ${percentile(took, 0.99).toFixed(0)} µs)`
  return `One reservation on SQLite takes ${told(tookUs.shipped)}; if it waited for the disk, ${told(tookUs.waiting)}.`
}
