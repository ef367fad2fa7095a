import { createCheckoutCalls } from './checkout-calls.ts'
import type { LedgerCalls } from './ledger-calls.ts'
import type { LedgerRows } from './ledger-rows.ts'
import { createPaymentCalls } from './payment-calls.ts'
import { createUnsettledCalls } from './unsettled-calls.ts'

/** The ledger without a database. A test compares its answers with SQLite's. */
export const createInMemoryLedger = (rows: LedgerRows): LedgerCalls => ({
  ...createPaymentCalls(rows),
  ...createUnsettledCalls(rows),
  ...createCheckoutCalls(rows),
})
