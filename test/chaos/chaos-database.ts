import type { Departure } from './postgres-pair.ts'

/** An attempt as the ledger has it, read past the service. */
export interface LedgerRow {
  readonly id: string
  /** Without meaning as long as an order is being made of its checkout. */
  readonly orderId: number
  readonly cartId: string | null
  readonly status: string
  readonly problemCode: string | null
  readonly correlationId: string
  readonly requestId: string
  readonly sentAtMs: number | null
  readonly looks: number
  readonly updatedAtMs: number
}

/** A database of its own for one run. */
export interface ChaosDatabase {
  readonly kind: 'postgres' | 'sqlite'
  /** What the service is told. */
  readonly url: string
  readLedger(): Promise<LedgerRow[]>
  /** Of the attempts whose end is not known now. */
  unknownIds(): Promise<string[]>
  /** Ends it as a crash would, leaves it down for so long, and starts it again. Null where there is no server. */
  readonly crash: ((downForMs: number) => Promise<void>) | null
  /** Lets the standby take over, and resolves when it takes writes. Null where there is none. */
  readonly failOver: ((departure: Departure) => Promise<void>) | null
  /** The disk that the ledger is on, where it may be filled up. */
  readonly disk: { fill(): void; free(): void } | null
  stop(): Promise<void>
}

export const unknownQuery = "SELECT id FROM payment_attempts WHERE status = 'unknown'"

export const ledgerQuery = `
  SELECT id, order_id AS "orderId", cart_id AS "cartId", status, problem_code AS "problemCode", correlation_id AS "correlationId",
         request_id AS "requestId", sent_at_ms AS "sentAtMs", looks, updated_at_ms AS "updatedAtMs"
  FROM payment_attempts ORDER BY created_at_ms`
