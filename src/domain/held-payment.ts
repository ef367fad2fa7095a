import { duplicateCode } from './bigcommerce-codes.ts'
import { endsByAnswerWithinMs, mayEndByAbsence, mayEndByAnswer, quietForMs } from './conclusion.ts'
import { isFinal, isRunning, type PaymentAttempt } from './payment-attempt.ts'
import { patSkewMs } from './whose-charge.ts'

/** Why a payment without an end holds its order, and until when. Instants are ISO 8601 in UTC; null where there is none. */
export interface HeldPayment {
  held_since: string | null
  /** A sentence for people. */
  why: string | null
  next_look_at: string | null
  /** Null where only BigCommerce's word or a person ends it. */
  free_at_latest: string | null
}

/** The looks that free an untouched order come within this time after the last moment that they wait for. */
const looksMsMax = 5 * 60_000
const answeredLooksMsMax = 60_000

/** How an attempt holds its order now. An attempt that has ended is not held: everything is null then. */
export function heldPayment(attempt: PaymentAttempt, nowMs: number): HeldPayment {
  if (isFinal(attempt.status))
    return { held_since: null, why: null, next_look_at: null, free_at_latest: null }
  return {
    held_since: instant(heldSinceMs(attempt)),
    why: whyHeld(attempt),
    next_look_at: instant(nextLookOf(attempt, nowMs)),
    free_at_latest: instant(freeAtLatestMs(attempt, nowMs)),
  }
}

export const instant = (atMs: number | null): string | null =>
  atMs === null ? null : new Date(atMs).toISOString()

/** An attempt in progress has held its order since its claim; one in doubt counts from the moment of doubt. */
const heldSinceMs = ({ status, unsettledSinceMs, sentAtMs, createdAtMs }: PaymentAttempt): number =>
  isRunning(status) ? createdAtMs : (unsettledSinceMs ?? sentAtMs ?? createdAtMs)

/** A look that is due comes at once. */
function nextLookOf({ nextLookAtMs, askedAtMs, status }: PaymentAttempt, nowMs: number): number | null {
  if (isRunning(status)) return null
  const planned = [nextLookAtMs, askedAtMs].filter((atMs) => atMs !== null)
  return planned.length === 0 ? null : Math.max(nowMs, Math.min(...planned))
}

function freeAtLatestMs(attempt: PaymentAttempt, nowMs: number): number | null {
  if (attempt.status !== 'unknown') return null
  const { answeredAs, answeredAtMs, patExpiresAtMs } = attempt
  const latest: number[] = []
  if (answeredAs !== null && answeredAtMs !== null && mayEndByAnswer(attempt))
    latest.push(answeredAtMs + endsByAnswerWithinMs[answeredAs] + answeredLooksMsMax)
  if (patExpiresAtMs !== null && mayEndByAbsence(attempt))
    latest.push(patExpiresAtMs + patSkewMs + quietForMs + looksMsMax)
  // If that moment has passed, it was not the latest: BigCommerce could not be read, or shows something unclear.
  return latest.find((atMs) => atMs > nowMs) ?? null
}

export function whyHeld(attempt: PaymentAttempt): string {
  switch (attempt.status) {
    case 'claimed':
      return 'It is being prepared.'
    case 'sending':
      return 'It was sent to BigCommerce, whose answer is awaited.'
    case 'pending':
      return 'BigCommerce has accepted it, but not completed it yet.'
    case 'needs_review':
      return 'Neither a charge nor its absence could be proven. A person must decide.'
    default:
      return whyInDoubt(attempt)
  }
}

/** What the answer to its charge left open, also of a payment that has ended since. */
export function whyInDoubt({
  answeredAs,
  bigcommerceCode,
}: Pick<PaymentAttempt, 'answeredAs' | 'bigcommerceCode'>): string {
  if (answeredAs === 'turned_away') return 'BigCommerce turned it away because of its rate limit.'
  if (answeredAs !== null) return 'BigCommerce refused it in words that are not documented.'
  if (bigcommerceCode === duplicateCode) return 'BigCommerce says that it may be a duplicate (30105).'
  if (bigcommerceCode !== null)
    return `BigCommerce answered with code ${bigcommerceCode}, which does not say whether it was charged.`
  return 'No clear answer to the charge came.'
}
