import type { FaultKind } from '../scenario/faults.ts'
import type { Hazard } from '../scenario/hazards.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Simulated } from '../simulate.ts'
import { doubtWithin } from '../witness/doubts.ts'

export interface Violation {
  readonly seed: number
  readonly what: string
}

/** The results of many runs; plain data, so that workers can send it. */
export interface Totals {
  seeds: number
  orders: number
  requests: number
  attempts: number
  charges: number
  looks: number
  steps: number
  /** Payments that were sent. */
  sent: number
  /** Of those that had no end for a while, how many had it within how long. */
  readonly doubts: Record<string, number>
  readonly ends: Record<string, number>
  readonly faults: Partial<Record<FaultKind, number>>
  readonly hazards: Partial<Record<Hazard, number>>
  readonly violations: Violation[]
}

export const noTotals = (): Totals => ({
  seeds: 0,
  orders: 0,
  requests: 0,
  attempts: 0,
  charges: 0,
  looks: 0,
  steps: 0,
  sent: 0,
  doubts: {},
  ends: {},
  faults: {},
  hazards: {},
  violations: [],
})

export function addRun(totals: Totals, { seed, orders }: Scenario, result: Simulated): void {
  const { counts, statuses, violation } = result
  totals.seeds += 1
  totals.orders += orders.length
  totals.requests += counts.requests
  totals.attempts += statuses.length
  totals.charges += counts.charges
  totals.looks += counts.looks
  totals.steps += counts.steps
  totals.sent += result.sent
  for (const lengthMs of result.doubtsMs) {
    const within = doubtWithin(lengthMs)
    totals.doubts[within] = (totals.doubts[within] ?? 0) + 1
  }
  for (const status of statuses) totals.ends[status] = (totals.ends[status] ?? 0) + 1
  addCounts(totals.faults, counts.faults)
  addCounts(totals.hazards, counts.hazards)
  if (violation !== null) totals.violations.push({ seed, what: violation })
}

export function addTotals(totals: Totals, more: Totals): void {
  for (const name of ['seeds', 'orders', 'requests', 'attempts', 'charges', 'looks', 'steps'] as const)
    totals[name] += more[name]
  totals.sent += more.sent
  addCounts(totals.doubts, more.doubts)
  addCounts(totals.ends, more.ends)
  addCounts(totals.faults, more.faults)
  addCounts(totals.hazards, more.hazards)
  totals.violations.push(...more.violations)
}

function addCounts(
  counts: Record<string, number | undefined>,
  more: Record<string, number | undefined>,
): void {
  for (const [name, count = 0] of Object.entries(more)) counts[name] = (counts[name] ?? 0) + count
}
