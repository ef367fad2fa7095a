import { type AttemptStatus, closesOrder } from '../../../src/domain/payment-attempt.ts'
import { duplicate, eventOf, type Telling, tellingOfStep } from '../../../src/domain/payment-event.ts'
import type { Note } from '../../../src/domain/payment-story.ts'
import { type AttemptRow, type LedgerRows, toAttempt } from './ledger-rows.ts'

/** Writes the event of a step, if it is one, in the transaction that makes it. */
export function tellStep(rows: LedgerRows, before: AttemptStatus, row: AttemptRow, nowMs: number): void {
  const telling = tellingOfStep(before, row.status)
  if (!telling) return
  tell(rows, telling, before, row, nowMs)
  const isTwice =
    closesOrder(row) &&
    row.orderId !== null &&
    rows.attempts.some((other) => other !== row && other.orderId === row.orderId && closesOrder(other))
  if (isTwice) tell(rows, duplicate, before, row, nowMs)
}

/** Writes the events that a look has noted, each as often as it is new. */
export function tellNotes(
  rows: LedgerRows,
  notes: readonly Note[],
  before: AttemptStatus,
  row: AttemptRow,
  nowMs: number,
): void {
  const known = rows.noted.get(row.id) ?? []
  const fresh = notes.filter(({ what, because }) => because !== null || !known.includes(what))
  rows.noted.set(row.id, [...known, ...fresh.map(({ what }) => what)])
  for (const { telling } of fresh) if (telling) tell(rows, telling, before, row, nowMs)
}

function tell(
  { events }: LedgerRows,
  telling: Telling,
  before: AttemptStatus,
  row: AttemptRow,
  nowMs: number,
) {
  const { id, body } = eventOf(telling, toAttempt(row), before, nowMs)
  if (!events.has(id)) events.set(id, JSON.stringify(body))
}
