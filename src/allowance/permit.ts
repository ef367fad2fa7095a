import type { Schedule } from '../domain/clock.ts'
import { type Clocks, hasCome, type Moment, mayHaveCome, momentOf } from './clocks.ts'
import type { PermitStore } from './permit-store.ts'
import type { Reservation } from './rule.ts'

/** The right to send one charge at its moment, taken from the store's allowance. It is used once or given back. */
export interface Permit {
  /** Resolves when the charge may leave. Meanwhile *sending* is written and a connection dialled. */
  moment(): Promise<void>
  /** Asked last of all, when a connection is there: whether both clocks of the machine say that the moment is now. */
  mayLeave(): boolean
  /** The charge has been handed to the network. */
  departed(): void
  /** BigCommerce has begun to answer, so it has counted the charge. */
  answered(): void
  /** Gives the permit back unless its charge has departed. To be called at the end, whatever happened. */
  giveBack(): void
}

export interface PermitOptions extends Clocks {
  readonly reservation: Reservation
  readonly store: Pick<PermitStore, 'counted' | 'giveBack'>
  /** By this machine's clocks: the charge may not leave before this. */
  readonly due: Moment
  /** By the same clocks: from here on the charge may no longer leave. */
  readonly leavesUntil: Moment
  /** How long after its departure we assume that a charge is counted; asked when it departs. */
  readonly marginMs: () => number
  readonly schedule: Schedule
  /** Does work that no request waits for. */
  readonly inBackground: (work: () => Promise<void>) => void
}

/**
 * The permit is reported as counted when the first of two things has happened: an answer has come, or the margin has
 * passed since the charge departed. It comes back one window after the report, by the database's clock. So no moment is
 * carried from one clock to another, and a report that is late or lost only makes the permit come back later.
 */
export function createPermit(options: PermitOptions): Permit {
  const { reservation, store, due, leavesUntil, marginMs, now, schedule, inBackground } = options
  let state: 'taken' | 'departed' | 'over' = 'taken'
  let cancelReport = () => {}

  function report(): void {
    if (state !== 'departed') return
    state = 'over'
    cancelReport()
    inBackground(() => store.counted(reservation))
  }

  return {
    moment: () =>
      new Promise((resolve) => {
        // Timers may fire early, by as long as the turn took in which they were set.
        const check = () => {
          const earlyMs = due.steadyMs - now()
          if (earlyMs > 0) schedule(earlyMs, check)
          else resolve()
        }
        check()
      }),
    // If the machine was paused, one clock at most shows it. A wall clock that was set looks the same.
    mayLeave() {
      const moment = momentOf(options)
      return state === 'taken' && hasCome(moment, due) && !mayHaveCome(moment, leavesUntil)
    },
    departed() {
      state = 'departed'
      cancelReport = schedule(marginMs(), report)
    },
    answered: report,
    giveBack() {
      if (state !== 'taken') return
      state = 'over'
      inBackground(() => store.giveBack(reservation))
    },
  }
}
