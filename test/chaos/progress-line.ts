import type { ChargeReport } from '../../sandbox/state/charges.ts'
import type { Customers } from './customers.ts'
import type { Disturbances } from './disturbances.ts'
import type { Fleet } from './fleet.ts'

interface Progress {
  readonly startMs: number
  readonly phase: string
  readonly customers: Customers
  readonly disturbances: Disturbances
  readonly fleet: Fleet
  readonly charges: readonly ChargeReport[]
}

/** Where a run stands, in one line; a double charge shows at once. */
export function progressLine(name: string, progress: Progress): string {
  const taken = progress.charges.filter(({ state }) => state === 'charged')
  const double = taken.length - new Set(taken.map(({ order_id }) => order_id)).size
  const words = [
    `${Math.round((Date.now() - progress.startMs) / 1_000)} s`,
    `${progress.customers.visits.length} orders`,
    `${taken.length} charges`,
    `${double} double`,
    `${progress.fleet.counts.kills} kills`,
    `${progress.disturbances.counts.databaseCrashes} database crashes`,
    progress.phase,
  ]
  return `${name}: ${words.join(', ')}`
}
