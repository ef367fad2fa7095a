import type { FaultKind } from '../scenario/faults.ts'
import type { Hazard } from '../scenario/hazards.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

/** Takes a line of the event log; the time is since the start. */
export type Trace = (atMs: number, who: string, what: string) => void

/** What one run counts. */
export interface Counts {
  readonly faults: Partial<Record<FaultKind, number>>
  readonly hazards: Partial<Record<Hazard, number>>
  steps: number
  requests: number
  attempts: number
  charges: number
  looks: number
}

/** What all parts of one run share. */
export interface Run {
  readonly scenario: Scenario
  readonly random: Random
  readonly scheduler: Scheduler
  readonly counts: Counts
  /** The event log; absent when no one reads it, so that its lines cost nothing. */
  readonly trace: ((who: string, what: string) => void) | undefined
  /** Whether this goes wrong now; never after the world has healed. */
  strikes(kind: FaultKind): boolean
  isHealed(): boolean
  /** Counts that this has happened. */
  happened(hazard: Hazard): void
  /** How long the next thing takes. */
  latencyMs(): number
}
