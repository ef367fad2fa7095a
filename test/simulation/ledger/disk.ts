import type { LedgerCalls } from './ledger-calls.ts'
import type { LedgerRows } from './ledger-rows.ts'

/** What a database has on its disk: after a crash it is all that is left. */
export interface Disk {
  /** The same calls, noted as the database does. */
  readonly calls: LedgerCalls
  /** Forgets what was written since the last call that waited for the disk. */
  crash(): void
}

/**
 * The calls that wait for the disk on both databases. Others may return before it: the journal is one sequence, so the next
 * one that waits takes them along (decisions 0029 and 0031).
 */
export const DURABLE_CALLS = [
  'markSending',
  'markSendingAgain',
  'claimOrdering',
  'noteMade',
  'noteNotMade',
  'concludeMaking',
  'settle',
  'conclude',
] as const satisfies readonly (keyof LedgerCalls)[]

/** @param waiting the calls that wait for the disk. */
export function createDisk(
  rows: LedgerRows,
  calls: LedgerCalls,
  waiting: readonly (keyof LedgerCalls)[],
): Disk {
  let kept = structuredClone(rows)

  const noted = Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [
      name,
      (...given: unknown[]) => {
        const result = (call as (...given: unknown[]) => unknown)(...given)
        if (waiting.includes(name as keyof LedgerCalls)) kept = structuredClone(rows)
        return result
      },
    ]),
  ) as unknown as LedgerCalls

  return {
    calls: noted,
    crash() {
      const { attempts, keys, unaccounted, checkouts, makings, events, noted } = structuredClone(kept)
      rows.attempts.splice(0, rows.attempts.length, ...attempts)
      rows.byId.clear()
      for (const row of attempts) rows.byId.set(row.id, row)
      refill(rows.keys, keys)
      refill(rows.checkouts, checkouts)
      refill(rows.makings, makings)
      refill(rows.events, events)
      refill(rows.noted, noted)
      rows.unaccounted.clear()
      for (const orderId of unaccounted) rows.unaccounted.add(orderId)
    },
  }
}

function refill<Key, Value>(map: Map<Key, Value>, from: ReadonlyMap<Key, Value>): void {
  map.clear()
  for (const [key, value] of from) map.set(key, value)
}
