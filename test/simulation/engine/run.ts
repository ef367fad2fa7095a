import type { FaultKind } from '../scenario/faults.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

/** Takes a line of the event log; the time is since the start. */
export type Trace = (atMs: number, who: string, what: string) => void

/** What one run counts. */
export interface Counts {
  readonly faults: Partial<Record<FaultKind, number>>
  steps: number
  requests: number
  attempts: number
  charges: number
  looks: number
}

/** What everything in one run has at hand. */
export interface Run {
  readonly scenario: Scenario
  readonly random: Random
  readonly scheduler: Scheduler
  readonly counts: Counts
  /** The event log; absent where nobody reads it, so that no line of it is made up. */
  readonly trace: ((who: string, what: string) => void) | undefined
  /** Whether this goes wrong now; never after the world has healed. */
  strikes(kind: FaultKind): boolean
  isHealed(): boolean
  /** How long the next thing takes. */
  latencyMs(): number
}
