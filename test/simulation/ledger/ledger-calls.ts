import type { PaymentAttempts } from '../../../src/stores/payment-attempts.ts'
import type { UnsettledAttempts } from '../../../src/stores/unsettled-attempts.ts'

/** The same methods, told what time it is and answering at once. */
export type Sync<T> = {
  [Name in keyof T]: T[Name] extends (...given: infer Given) => Promise<infer Result>
    ? (nowMs: number, ...given: Given) => Result
    : never
}

/** What is counted for the metrics is no part of the story of a payment. */
export type UnsettledPorts = Omit<UnsettledAttempts, 'count'>

/**
 * The ledger's statements, each of which happens at once or, if it throws, not at all: in the databases it is one
 * statement or one transaction. When, and whether its answer arrives, is decided around it.
 */
export type LedgerCalls = Sync<PaymentAttempts> & Sync<UnsettledPorts>
