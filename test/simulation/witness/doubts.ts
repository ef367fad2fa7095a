import { isFinal, isUnsettled } from '../../../src/domain/payment-attempt.ts'
import type { LedgerRows } from '../ledger/ledger-rows.ts'

/** How long payments had no end that anyone knew, by the true time. */
export interface Doubts {
  /** Looks which payments have come into doubt, or out of it. */
  note(): void
  /** How many payments were sent. */
  sent(): number
  /** Of each that was in doubt, how long; null for one that a person has to end. */
  lengthsMs(): readonly (number | null)[]
}

export function createDoubts({ attempts }: LedgerRows, now: () => number): Doubts {
  const sinceMs = new Map<string, number>()
  const lengthsMs = new Map<string, number>()
  return {
    note() {
      for (const { id, status } of attempts) {
        if (isUnsettled(status) && !sinceMs.has(id)) sinceMs.set(id, now())
        const since = sinceMs.get(id)
        if (since !== undefined && isFinal(status) && !lengthsMs.has(id)) lengthsMs.set(id, now() - since)
      }
    },
    sent: () => attempts.filter(({ sentAtMs }) => sentAtMs !== null).length,
    lengthsMs: () => [...sinceMs.keys()].map((id) => lengthsMs.get(id) ?? null),
  }
}

const minute = 60_000
const hour = 60 * minute
const steps: readonly (readonly [string, number])[] = [
  ['10 seconds', 10_000],
  ['a minute', minute],
  ['10 minutes', 10 * minute],
  ['an hour', hour],
  ['80 minutes', 80 * minute],
  ['3 hours', 3 * hour],
  ['a day', 24 * hour],
  ['a week', 7 * 24 * hour],
]

/** The shortest of a few usual lengths that such a doubt did not outlast. */
export const doubtWithin = (lengthMs: number | null): string =>
  lengthMs === null ? 'a person' : (steps.find(([, ms]) => lengthMs <= ms)?.[0] ?? 'a person')

export const DOUBT_LENGTHS = [...steps.map(([name]) => name), 'a person']
