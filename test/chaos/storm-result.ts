import type { FleetCounts } from './fleet.ts'
import type { Violation } from './promises.ts'
import type { TroubleMet } from './troubles/meet-troubles.ts'
import type { UnknownCounts } from './watch-unknown.ts'

export interface StormResult {
  readonly name: string
  readonly seed: number
  readonly instances: number
  readonly stormSeconds: number
  readonly settleSeconds: number
  readonly orders: number
  readonly habits: Readonly<Record<string, number>>
  readonly answers: number
  readonly unanswered: number
  /** Reads that preferred to wait, and were told of an end before their time was over. */
  readonly toldInTime: number
  /** Answers to those that preferred to wait. */
  readonly waited: number
  readonly chargeRequests: number
  /** Orders with money taken. */
  readonly chargedOrders: number
  readonly charges: number
  readonly faults: Readonly<Record<string, number>>
  readonly fleet: FleetCounts
  readonly crashes: number
  readonly databaseCrashes: number
  readonly failOvers: number
  readonly lagChanges: number
  readonly refusals: number
  /** Attempts whose charge was sent. */
  readonly sent: number
  readonly unknown: UnknownCounts
  readonly troubles: readonly TroubleMet[]
  readonly met: Readonly<Record<string, number>>
  readonly abandoned: { readonly released: number; readonly unknown: number }
  readonly statuses: Readonly<Record<string, number>>
  /** Held until their PAT has expired, because the platform shows nothing of them. */
  readonly held: number
  readonly violations: readonly Violation[]
  /** The whole story of the first orders with a violation. */
  readonly stories: readonly string[]
}
