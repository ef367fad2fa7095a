import type { Kysely, Transaction } from 'kysely'
import type { Note, StoryEntry } from '../domain/payment-story.ts'
import type { Tables } from './engine/tables.ts'

/**
 * Writes what became of an attempt, in the transaction that has its order's attempts locked. What was noted of it already is
 * not noted again, unless a person said it.
 *
 * @returns what was not known yet.
 */
export async function writeHistory(
  transaction: Transaction<Tables>,
  attemptId: string,
  notes: readonly Note[],
  nowMs: number,
): Promise<readonly Note[]> {
  if (notes.length === 0) return []
  const known = await transaction
    .selectFrom('payment_history')
    .select(['number', 'what'])
    .where('attempt_id', '=', attemptId)
    .execute()
  const fresh = notes.filter((note) => note.because !== null || !known.some(({ what }) => what === note.what))
  if (fresh.length === 0) return []
  const last = Math.max(0, ...known.map(({ number }) => number))
  await transaction
    .insertInto('payment_history')
    .values(
      fresh.map(({ what, by, because }, index) => ({
        attempt_id: attemptId,
        number: last + 1 + index,
        at_ms: nowMs,
        what,
        by_whom: by,
        because,
      })),
    )
    .execute()
  return fresh
}

/** What was noted of some attempts, oldest first, by the attempt's id. */
export async function readHistory(
  queries: Kysely<Tables>,
  attemptIds: readonly string[],
): Promise<Map<string, StoryEntry[]>> {
  const told = new Map<string, StoryEntry[]>(attemptIds.map((id) => [id, []]))
  if (attemptIds.length === 0) return told
  const rows = await queries
    .selectFrom('payment_history')
    .selectAll()
    .where('attempt_id', 'in', attemptIds)
    .orderBy('attempt_id')
    .orderBy('number')
    .execute()
  for (const { attempt_id, at_ms: atMs, what, by_whom: by, because } of rows)
    told.get(attempt_id)?.push({ atMs, what, by, because })
  return told
}
