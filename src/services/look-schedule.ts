import { mayEndByAbsence, quietForMs, quietLooksMin } from '../domain/conclusion.ts'
import type { OrderReading } from '../domain/order.ts'
import type { AnsweredAs, PaymentAttempt, QuietLooks } from '../domain/payment-attempt.ts'
import { patSkewMs } from '../domain/whose-charge.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Most lost answers are found within the first minute, while the shopper still waits. */
const firstPausesMs = [2, 5, 10, 20, 40, 60, 120, 300, 600, 1_800].map((seconds) => seconds * second)
/** Hourly for a day, then daily for as long as a person would expect the service to find out by itself. */
const hourlyForMs = day
/** After an answer that proves little: complete looks at once and when the answer is this old. Most shoppers wait that long. */
const answeredAgesMs: Readonly<Record<AnsweredAs, readonly number[]>> = {
  refused: [0, 10, 30, 60].map((seconds) => seconds * second),
  refused_oddly: [0, 1, 3, 6, 10].map((minutes) => minutes * minute),
  turned_away: [0, 10, 30, 60].map((seconds) => seconds * second),
}
/** Then the hourly looks go on. */
const repeatedForMs = hour
/** More looks than the schedule has in any week. It bounds what a `Date` that stands still costs, as of a cache before BigCommerce. */
const quietStepsMax = 60
/** `Date` has no fractions of a second. So a look waits this much longer, to be sure that the answer is old enough. */
const dateResolutionMs = 1_000
/** The quiet looks are spread over their time. */
const quietStepMs = quietForMs / (quietLooksMin - 1) + dateResolutionMs
/** A charge may still show while a person has to decide, so the service looks once a day for a month. */
const reviewedForMs = 30 * day

/**
 * When to look again, by this instance's clock in milliseconds since the epoch: the sooner of the schedule and the moment from
 * which on the PAT can begin nothing more.
 *
 * @param looks how many looks of the schedule there have been, this one included.
 * @returns null for never.
 */
export function nextLookAtMs(
  attempt: PaymentAttempt,
  { looks, quiet, reading, nowMs }: Looked,
): number | null {
  const sentMs = attempt.sentAtMs ?? attempt.createdAtMs
  if (attempt.status === 'needs_review') return nowMs - sentMs < reviewedForMs + 7 * day ? nowMs + day : null
  // Once the order has begun to look untouched, a few more looks settle it, however often clients ask in between.
  if (quiet !== null && looks < quietStepsMax) return nowMs + quietStepMs
  const candidates = [byAge(attempt, reading, nowMs), byExpiry(attempt, reading, nowMs)]
  if (!reading?.isWhole && mayEndByAbsence(attempt)) candidates.push(afterLostLook(attempt, reading, nowMs))
  candidates.push(nowMs + (firstPausesMs[looks] ?? (nowMs - sentMs < hourlyForMs ? hour : day)))
  return Math.min(...candidates.filter((atMs) => atMs !== null))
}

export interface Looked {
  readonly looks: number
  readonly quiet: QuietLooks | null
  readonly reading: OrderReading | null
  readonly nowMs: number
}

/**
 * A look that failed where a complete one might have freed the order must not cost the shopper an hour. It is repeated after five
 * minutes, then each time after twice as long: an outage holds many orders at once.
 */
function afterLostLook(
  { patExpiresAtMs }: PaymentAttempt,
  reading: OrderReading | null,
  nowMs: number,
): number | null {
  if (patExpiresAtMs === null) return null
  const sinceMs = (reading?.answeredAtMs ?? nowMs) - patExpiresAtMs - patSkewMs
  return sinceMs >= 0 && sinceMs < repeatedForMs ? nowMs + Math.max(quietStepMs, sinceMs) : null
}

function byExpiry(
  { patExpiresAtMs }: PaymentAttempt,
  reading: OrderReading | null,
  nowMs: number,
): number | null {
  // If we do not know BigCommerce's clock, we use ours to choose the time of the look. It decides nothing else.
  const bigcommerceNowMs = reading?.answeredAtMs ?? nowMs
  if (patExpiresAtMs === null) return null
  const restMs = patExpiresAtMs + patSkewMs + dateResolutionMs - bigcommerceNowMs
  return restMs > 0 ? nowMs + restMs : null
}

function byAge({ answeredAs, answeredAtMs }: PaymentAttempt, reading: OrderReading | null, nowMs: number) {
  if (answeredAs === null || answeredAtMs === null) return null
  const ageMs = (reading?.answeredAtMs ?? nowMs) - answeredAtMs
  const next = answeredAgesMs[answeredAs].find((each) => each > ageMs)
  return next === undefined ? null : nowMs + next - ageMs + dateResolutionMs
}

/**
 * If a charge may be of another payment that has no end, the ended one is judged again when that may have ended: every ten minutes
 * for two hours, hourly for a day, then daily. @returns null after a month, when a person has long been asked.
 */
export function nextOpenWatchAtMs({ endedAtMs }: PaymentAttempt, nowMs: number): number | null {
  const ageMs = nowMs - (endedAtMs ?? nowMs)
  if (ageMs >= reviewedForMs) return null
  return nowMs + (ageMs < 2 * hour ? 10 * minute : ageMs < day ? hour : day)
}

/** Ends in doubt are looked at again after an hour, a day and a week. @returns null when the watch is over. */
export function nextWatchAtMs({ endedAtMs, status }: PaymentAttempt, nowMs: number): number | null {
  if (endedAtMs === null || status === 'succeeded') return null
  const next = [hour, day, 7 * day].find((age) => endedAtMs + age > nowMs)
  return next === undefined ? null : endedAtMs + next
}
