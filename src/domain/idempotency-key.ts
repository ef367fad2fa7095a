import { createHash } from 'node:crypto'
import { holdsCardNumber } from './card-number.ts'
import type { PaymentAnswer } from './payment-answer.ts'
import type { PaymentAttempt } from './payment-attempt.ts'
import type { PaymentCommand } from './payment-command.ts'
import { Problem } from './problem.ts'

/** Whose key it is and for what: the same key of another principal, or for another operation, is another key. */
export interface KeyScope {
  readonly principal: string
  readonly operation: string
  readonly idempotencyKey: string
}

/** What a key already stands for. */
export interface KnownKey {
  readonly fingerprint: string
  readonly attempt: PaymentAttempt
  /** The final answer; null while there is none. */
  readonly answer: PaymentAnswer | null
}

/** A key whose attempt was never sent may be used again, for the same request. */
export const isFreeAgain = ({ attempt, fingerprint }: KnownKey, wanted: string): boolean =>
  attempt.status === 'not_sent' && fingerprint === wanted

const syntax = /^[A-Za-z0-9_-]{16,255}$/

/**
 * Reads the Idempotency-Key header lines of one request. Most clients send the bare key, the IETF draft wants it in quotes;
 * both are the same key. Two lines are refused: joined by a comma they would be a new key, and so a new payment.
 *
 * @throws Problem `idempotency_key_missing` or `idempotency_key_invalid`.
 */
export function parseIdempotencyKey(lines: readonly string[]): string {
  const [line] = lines
  if (line === undefined || line.trim() === '') throw new Problem('idempotency_key_missing')
  const key = line.trim().replace(/^"(.*)"$/, '$1')
  // A key is kept for a month, so it must not be a card number that was sent by mistake.
  if (lines.length > 1 || !syntax.test(key) || holdsCardNumber(key))
    throw new Problem('idempotency_key_invalid')
  return key
}

/** What a key stands for. */
type Fingerprinted = Pick<PaymentCommand, 'payment' | 'expectedAmount' | 'isRecurring'> & {
  /** The order that is paid, or the id of the checkout. */
  readonly orderId: number | string
}

/** What must be the same when a key comes again. Of the instrument, only its digest counts. */
export function fingerprintOf({ orderId, payment, expectedAmount, isRecurring }: Fingerprinted): string {
  const { instrument, payment_method_id: methodId, save_instrument: isSaved } = payment
  const told = [
    orderId,
    expectedAmount,
    instrument.digest,
    methodId,
    isSaved ?? null,
    ...(isRecurring ? ['recurring'] : []),
  ]
  return createHash('sha256').update(JSON.stringify(told)).digest('hex')
}
