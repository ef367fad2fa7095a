import type { LedgerCalls } from './ledger-calls.ts'
import type { LedgerRows } from './ledger-rows.ts'
import { createPaymentCalls } from './payment-calls.ts'
import { createUnsettledCalls } from './unsettled-calls.ts'

/** The ledger as the databases keep it, without a database: a test holds every answer of it against SQLite's. */
export const createInMemoryLedger = (rows: LedgerRows): LedgerCalls => ({
  ...createPaymentCalls(rows),
  ...createUnsettledCalls(rows),
})
