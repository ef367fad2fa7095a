import type { After } from '../domain/after.ts'
import type { PaymentTokens } from './permit-store.ts'
import type { Reservation } from './rule.ts'

/** A payment token that its holder may spend, once. Whoever holds one spends it or gives it back. */
export interface HeldToken {
  /** Resolves when the charge may leave. Until then *sending* is written and a connection dialled. */
  moment(): Promise<void>
  /** Asked last of all, when a connection is there: whether the charge may leave at this moment. */
  mayLeave(): boolean
  /** The charge has been handed to the network. */
  left(): void
  /** BigCommerce has begun to answer, so it has counted the charge. */
  answered(): void
  /** Ends the holding: a charge that has not left gives its token back. */
  release(): void
}

export interface HeldTokenOptions {
  readonly reservation: Reservation
  readonly tokens: Pick<PaymentTokens, 'counted' | 'giveBack'>
  /** By this instance's own clock, which only goes forward: not before this may the charge leave. */
  readonly dueMs: number
  /** By the same: from here on the charge may no longer leave. */
  readonly leavesUntilMs: number
  /** From when the charge left until it is taken to be counted; asked as it leaves. */
  readonly marginMs: () => number
  readonly now: () => number
  readonly after: After
  /** Does something that nobody waits for. */
  readonly inBackground: (work: () => Promise<void>) => void
}

/**
 * The token is reported as counted when the first of two things has happened: an answer has come, or the margin has
 * passed since the charge left. It comes back one window after the report, by the database's clock; so no moment is
 * ever carried from one clock to another, and a report that is late or lost only makes the token come back later.
 */
export function holdToken(options: HeldTokenOptions): HeldToken {
  const { reservation, tokens, dueMs, leavesUntilMs, marginMs, now, after, inBackground } = options
  let state: 'held' | 'left' | 'over' = 'held'
  let cancelReport = () => {}

  function report(): void {
    if (state !== 'left') return
    state = 'over'
    cancelReport()
    inBackground(() => tokens.counted(reservation))
  }

  return {
    moment: () =>
      new Promise((resolve) => {
        // Timers may fire early, by as long as the turn took in which they were set.
        const look = () => void (now() < dueMs ? after(dueMs - now(), look) : resolve())
        look()
      }),
    mayLeave: () => state === 'held' && now() >= dueMs && now() < leavesUntilMs,
    left() {
      state = 'left'
      cancelReport = after(marginMs(), report)
    },
    answered: report,
    release() {
      if (state !== 'held') return
      state = 'over'
      inBackground(() => tokens.giveBack(reservation))
    },
  }
}
