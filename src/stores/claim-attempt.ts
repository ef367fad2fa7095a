import type { Transaction } from 'kysely'
import { toAttempt } from './attempt-rows.ts'
import type { Tables } from './engine/tables.ts'
import { LostRace } from './engine/transact.ts'
import { findByKey, findFence } from './find-attempts.ts'
import { type FailuresLimit, failuresWaitSeconds } from './order-failures.ts'
import type { Claim, KeyScope, KnownKey, NewAttempt } from './payment-attempts.ts'

export interface ClaimOptions {
  readonly storeHash: string
  readonly scope: KeyScope
  readonly fingerprint: string
  readonly attempt: NewAttempt
  readonly nowMs: number
  /** How many attempts on the order may fail within a window; null for any number. */
  readonly failures: FailuresLimit | null
}

/**
 * Claims the key and fences the order, within one transaction.
 *
 * On Postgres others commit between its statements, so each answer holds only if nothing it rests on has changed.
 *
 * @throws LostRace when something has: the claim is to be rolled back and made again.
 */
export async function claimAttempt(transaction: Transaction<Tables>, options: ClaimOptions): Promise<Claim> {
  const { storeHash, scope, fingerprint } = options
  const known = await findByKey(transaction, storeHash, scope)
  // A key whose attempt was never sent is free again, for the same request.
  const isFree = known === null || (known.attempt.status === 'not_sent' && known.fingerprint === fingerprint)
  if (!isFree) return { kind: 'known', known }

  const row = await insertAttempt(transaction, options)
  if (!row) return refusal(transaction, options, known)
  const retryAfterSeconds = await failuresWaitSeconds(transaction, options)
  if (retryAfterSeconds > 0) {
    await transaction.deleteFrom('payment_attempts').where('id', '=', row.id).execute()
    return { kind: 'blocked', retryAfterSeconds }
  }
  await takeKey(transaction, options, known?.attempt.id ?? null)
  return { kind: 'claimed', attempt: toAttempt(row) }
}

/** The partial unique index refuses the row when the order is fenced. */
const insertAttempt = (
  transaction: Transaction<Tables>,
  { storeHash, scope, attempt, nowMs }: ClaimOptions,
) =>
  transaction
    .insertInto('payment_attempts')
    .values({
      id: attempt.id,
      store_hash: storeHash,
      order_id: attempt.orderId,
      principal: scope.principal,
      customer_id: attempt.customerId,
      instrument_type: attempt.instrumentType,
      payment_method_id: attempt.paymentMethodId,
      status: 'claimed',
      correlation_id: attempt.correlationId,
      request_id: attempt.requestId,
      created_at_ms: nowMs,
      updated_at_ms: nowMs,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()

/** What fences the order may be this very key, taken by another request since it was looked up. */
async function refusal(
  transaction: Transaction<Tables>,
  { storeHash, scope, attempt }: ClaimOptions,
  known: KnownKey | null,
): Promise<Claim> {
  const present = await findByKey(transaction, storeHash, scope)
  if (present?.attempt.id !== known?.attempt.id) throw new LostRace('the key was taken meanwhile')
  const by = await findFence(transaction, storeHash, attempt.orderId)
  if (!by) throw new LostRace('the fence was gone before it could be read')
  return { kind: 'fenced', by }
}

async function takeKey(
  transaction: Transaction<Tables>,
  { storeHash, scope, fingerprint, attempt, nowMs }: ClaimOptions,
  formerAttemptId: string | null,
): Promise<void> {
  const taken = await transaction
    .insertInto('idempotency_keys')
    .values({
      store_hash: storeHash,
      principal: scope.principal,
      operation: scope.operation,
      idempotency_key: scope.idempotencyKey,
      fingerprint,
      attempt_id: attempt.id,
      created_at_ms: nowMs,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['store_hash', 'principal', 'operation', 'idempotency_key'])
        .doUpdateSet({ attempt_id: attempt.id })
        .where('idempotency_keys.attempt_id', '=', formerAttemptId ?? ''),
    )
    .returning('attempt_id')
    .executeTakeFirst()
  // Whoever took the key meanwhile keeps it; rolling back also takes our fence down again.
  if (!taken) throw new LostRace('the key was taken meanwhile')
}
