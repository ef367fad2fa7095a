import type { Checkouts } from '../../../src/stores/checkouts.ts'
import type { PaymentAttempts } from '../../../src/stores/payment-attempts.ts'
import type { UnsettledAttempts } from '../../../src/stores/unsettled-attempts.ts'

/** The same methods, which are told the time and answer at once. */
export type Sync<T> = {
  [Name in keyof T]: T[Name] extends (...given: infer Given) => Promise<infer Result>
    ? (nowMs: number, ...given: Given) => Result
    : never
}

/** Counting for the metrics is not part of the simulation. */
export type UnsettledPorts = Omit<UnsettledAttempts, 'count' | 'countUnaccounted'>

/**
 * The statements of the ledger. Each happens at once or, if it throws, not at all: in the databases it is one
 * statement or one transaction. When it happens, and whether its answer arrives, is decided by the ports.
 */
export type LedgerCalls = Sync<PaymentAttempts> & Sync<UnsettledPorts> & Sync<Checkouts>
