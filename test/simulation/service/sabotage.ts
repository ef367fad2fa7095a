import type { PermitStore } from '../../../src/allowance/permit-store.ts'
import type { CheckoutsApi } from '../../../src/clients/bigcommerce/checkouts-api.ts'
import type { ManagementApi } from '../../../src/clients/bigcommerce/management-api.ts'
import type { readOrderTransactions } from '../../../src/clients/bigcommerce/order-transactions.ts'
import type { PaymentsApi } from '../../../src/clients/bigcommerce/payments-api.ts'
import type { Run } from '../engine/run.ts'
import type { LedgerCalls } from '../ledger/ledger-calls.ts'
import type { LedgerRows } from '../ledger/ledger-rows.ts'
import type { LedgerPorts } from './ledger-ports.ts'

export interface NodeParts {
  readonly ledger: LedgerPorts
  readonly managementApi: ManagementApi
  readonly paymentsApi: PaymentsApi
  readonly checkoutsApi: CheckoutsApi
}

/** What a bug may change, given this machine's clock. */
export type ChangeParts = (parts: NodeParts, now: () => number) => NodeParts

export type StoreOf = (instance: string) => PermitStore

/** A planted bug, by wrapping what the code under test is given. The simulation must find it. */
export interface Sabotage {
  readonly calls?: (calls: LedgerCalls, rows: LedgerRows) => LedgerCalls
  readonly parts?: ChangeParts
  /** Reads the pages of an order's transactions. */
  readonly readPages?: typeof readOrderTransactions
  /** The calls that wait for the disk. */
  readonly durableCalls?: readonly (keyof LedgerCalls)[]
  /** Changes the permits of each instance. */
  readonly permits?: (storeOf: StoreOf, run: Run) => StoreOf
}
