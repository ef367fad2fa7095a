import type { ChaosDatabase } from './chaos-database.ts'
import type { Trouble } from './troubles/troubles.ts'

export interface StormOptions {
  /** Of the report's column and of the progress lines. */
  readonly name: string
  readonly seed: number
  readonly seconds: number
  readonly ordersPerSecond: number
  /** Probability of a fault on an order's charge. */
  readonly faults: number
  readonly instances: number
  /** Null for a handler that keeps no ledger. */
  readonly database: ChaosDatabase | null
  readonly program: readonly string[]
  /** The folder of another version of the service, to be run in place of this one. */
  readonly project?: string | undefined
  /** Met one after the other as long as there is time; where there are 0 seconds of storm, each of them. */
  readonly troubles: readonly Trouble[]
  /** Whether the limits on card testing are on. */
  readonly hasCardTestingLimits: boolean
  /** Mean gaps between disturbances; 0 for never. */
  readonly everyMs: {
    readonly kill: number
    readonly databaseCrash: number
    readonly roll: number
    readonly merchant: number
    readonly listing: number
    readonly refuse: number
    /** Of a primary to its standby, where there is one. */
    readonly failOver: number
  }
  /** Only faults, listings and acts of merchants whose name contains this; '' for all. */
  readonly only: string
  /** How long after healing every attempt may take to come to its end. */
  readonly settleWithinMs: number
  readonly folder: string
  readonly say: (line: string) => void
}

export const serviceProgram = ['src/main.ts']
export const naiveProgram = ['test/chaos/naive-handler.ts']
