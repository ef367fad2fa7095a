import type { PaymentAttempt } from '../domain/payment-attempt.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Most lost answers are found within the first minute, while the shopper still waits. */
const firstPausesMs = [2, 5, 10, 20, 40, 60, 120, 300, 600, 1_800].map((seconds) => seconds * second)
/** Then hourly for a day, then daily for a week. After a week a person must look. */
const hourlyForMs = day
const reviewAfterMs = 7 * day

/** This long after the `exp` of a PAT, BigCommerce starts no payment with it, even if our clocks differ. */
const patSkewMs = 5 * minute
/** The order must look untouched in this many looks, over this long: BigCommerce may show a payment late. */
export const quietLooksMin = 3
export const quietForMs = 10 * minute

/** Whether the attempt's charge can no longer begin at BigCommerce. */
export const isPastStarting = (attempt: PaymentAttempt, nowMs: number): boolean =>
  attempt.patExpiresAtMs !== null && nowMs > attempt.patExpiresAtMs + patSkewMs

/**
 * When to look again.
 *
 * @returns milliseconds since the epoch.
 */
export function nextLookAtMs(attempt: PaymentAttempt, nowMs: number): number {
  // Once the order looks untouched, a few more looks settle it.
  if (attempt.quiet !== null && attempt.quiet.looks <= quietLooksMin) {
    return nowMs + quietForMs / (quietLooksMin - 1)
  }
  const first = firstPausesMs[attempt.looks]
  if (first !== undefined) return nowMs + first
  const ageMs = nowMs - (attempt.sentAtMs ?? attempt.createdAtMs)
  return nowMs + (ageMs < hourlyForMs ? hour : day)
}

/** Whether this service has looked long enough, and a person must look now. */
export const isDueForReview = (attempt: PaymentAttempt, nowMs: number): boolean =>
  nowMs - (attempt.sentAtMs ?? attempt.createdAtMs) >= reviewAfterMs
