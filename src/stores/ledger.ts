import type { Kysely } from 'kysely'
import type { Clock } from '../domain/clock.ts'
import { type Checkouts, createCheckouts } from './checkouts.ts'
import type { FailuresLimit } from './claim-attempt.ts'
import { createDeskLedger, type DeskLedger } from './desk-ledger.ts'
import type { Tables } from './engine/tables.ts'
import { createEventOutbox, type EventOutbox } from './event-outbox.ts'
import { createPaymentAttempts, type PaymentAttempts } from './payment-attempts.ts'
import { createUnsettledAttempts, type UnsettledAttempts } from './unsettled-attempts.ts'
import { createVelocityHolds, type VelocityHolds } from './velocity-holds.ts'
import { createWriteEvents, writeNoEvents } from './write-events.ts'

/**
 * All that the ledger can be asked, by subject: the one door to it. Each subject is a record of methods that resolve or
 * reject, so what times or counts them wraps this, and misses none.
 */
export interface Ledger {
  readonly attempts: PaymentAttempts
  readonly unsettled: UnsettledAttempts
  readonly holds: VelocityHolds
  readonly desk: DeskLedger
  readonly events: EventOutbox
  readonly checkouts: Checkouts
}

export interface LedgerOptions {
  readonly database: Kysely<Tables>
  readonly storeHash: string
  readonly now: Clock
  /** The window of the limits against card testing. */
  readonly velocityWindowMs: number
  /** How many attempts on one order may fail within it; 0 for any number. */
  readonly orderFailuresMax: number
  /** Whether what becomes of payments is written into the outbox of events. */
  readonly hasEvents?: boolean
  /** Whether checkouts can be paid: then attempts are read and counted by them too. */
  readonly countsByCheckout?: boolean
}

export function createLedger(given: LedgerOptions): Ledger {
  const { database, now, velocityWindowMs: windowMs, orderFailuresMax: failuresMax } = given
  const failures: FailuresLimit | null = failuresMax > 0 ? { failuresMax, windowMs } : null
  const writeEvents = given.hasEvents ? createWriteEvents(given.storeHash) : writeNoEvents
  const options = { ...given, writeEvents }
  return {
    attempts: createPaymentAttempts({ ...options, failures }),
    unsettled: createUnsettledAttempts(options),
    holds: createVelocityHolds({ database, windowMs, now }),
    desk: createDeskLedger(options),
    events: createEventOutbox(options),
    checkouts: createCheckouts({ ...options, failures }),
  }
}
