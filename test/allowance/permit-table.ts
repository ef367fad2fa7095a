import { sql } from 'kysely'
import { createPermitStore, type PermitStore } from '../../src/allowance/permit-store.ts'
import type { AllowanceRule } from '../../src/allowance/rule.ts'
import { thisMachine } from '../../src/stores/engine/dialect.ts'
import type { OpenedLedger } from '../stores/engines.ts'
import type { ModelPermit } from './model.ts'

export const rule: AllowanceRule = { windowMs: 4_000, marginMs: 200, sendWithinMs: 5_000 }

/** This one, on systems too that do not tell one start of a machine from another. */
const machine = { id: 'machine-1', upMs: thisMachine.upMs }

interface Change {
  readonly database?: OpenedLedger['database']
  readonly instance?: string
  readonly storeHash?: string
}

/** The permits of one ledger, and ways to do to them what time and clocks do. */
export function permitTable(opened: OpenedLedger) {
  const storeOf = (limit: number, change: Change = {}): PermitStore =>
    createPermitStore({
      database: opened.database,
      storeHash: 'store-1',
      instance: 'instance-1',
      limit,
      rule,
      machine,
      ...change,
    })
  const older = (ms: number) =>
    sql`UPDATE payment_tokens SET counted_at_ms = counted_at_ms - ${ms}, not_before_ms = not_before_ms - ${ms},
      held_at_ms = held_at_ms - ${ms}, reserved_at_ms = reserved_at_ms - ${ms},
      reserved_for_ms = reserved_for_ms - ${ms}`.execute(opened.database)

  return {
    storeOf,
    async provided(limit: number): Promise<PermitStore> {
      const store = storeOf(limit)
      await store.provide()
      return store
    },
    /** What is in the table, in the words of the model. */
    async rowsNow(): Promise<ModelPermit[]> {
      const rows = await opened.database
        .selectFrom('payment_tokens')
        .selectAll()
        .where('store_hash', '=', 'store-1')
        .orderBy('number')
        .execute()
      return rows.map((row) => ({
        number: row.number,
        countedAtMs: row.counted_at_ms,
        notBeforeMs: row.not_before_ms,
        heldAtMs: row.held_at_ms,
        reservedAtMs: row.reserved_at_ms,
        reservedForMs: row.reserved_for_ms,
        isSurplus: row.surplus === 1,
        uses: row.uses,
      }))
    },
    /** As if this much time had gone by: all that is on record is as much older, for the machine as well. */
    async letPass(ms: number): Promise<void> {
      await older(ms)
      await sql`UPDATE payment_tokens SET machine_up_ms = machine_up_ms - ${ms}`.execute(opened.database)
    },
    /** As if the clock had been set, forward or back: what is on record is older or newer by it alone. */
    async setClock(byMs: number): Promise<void> {
      await older(byMs)
    },
  }
}
