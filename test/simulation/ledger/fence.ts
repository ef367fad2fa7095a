import type { AttemptStatus } from '../../../src/domain/payment-attempt.ts'
import { paysAPart } from '../../../src/domain/payment-instrument.ts'
import type { AttemptRow, LedgerRows } from './ledger-rows.ts'

const alive: ReadonlySet<AttemptStatus> = new Set([
  'claimed',
  'sending',
  'pending',
  'unknown',
  'needs_review',
])

/** The predicate of the index `payment_attempts_fence`. */
export const isFence = ({ status, instrumentType }: AttemptRow): boolean =>
  alive.has(status) || (status === 'succeeded' && !paysAPart(instrumentType))

export const findFence = ({ attempts }: LedgerRows, orderId: number): AttemptRow | undefined =>
  attempts.find((row) => row.orderId === orderId && isFence(row))
