import type { ChaosDatabase } from './chaos-database.ts'

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
  /** Mean gaps between disturbances. */
  readonly everyMs: {
    readonly kill: number
    readonly databaseCrash: number
    readonly roll: number
    readonly merchant: number
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
