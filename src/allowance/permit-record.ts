import { type AllowanceRule, backWithinMs, CLOCK_SLACK_MS, HOLD_MS_MAX } from './rule.ts'

/** What is on record of one permit. All moments are those of the database's clock. */
export interface PermitRecord {
  readonly number: number
  /** At the latest now its last payment is counted, as far as is known. */
  readonly countedAtMs: number
  /** Not to be used before this, and when that was decided: BigCommerce asked for it, or a clock was set forward. */
  readonly notBeforeMs: number
  readonly heldAtMs: number
  /** When it was last reserved, and for which moment. */
  readonly reservedAtMs: number
  readonly reservedForMs: number
  /** Kept only because the limit became smaller: not used, but counted again should the limit grow. */
  readonly isSurplus: boolean
}

/** One clock has gone ahead of another. How long an answer took is the difference between the two figures. */
export interface Jump {
  readonly atLeastMs: number
  readonly atMostMs: number
}

const comesBackAtMs = ({ countedAtMs, notBeforeMs }: PermitRecord, { windowMs }: AllowanceRule): number =>
  Math.max(countedAtMs + windowMs, notBeforeMs)

/** By how much the clock has been set back, as this permit proves; 0 or less where it proves nothing. */
export const aheadOfClockMs = ({ reservedAtMs, heldAtMs }: PermitRecord, nowMs: number): number =>
  Math.max(reservedAtMs, heldAtMs) - nowMs

/**
 * The clock was set back. Anything on record as done later than now has really been done by now, so it counts as done at this
 * moment. Any other moment that is farther ahead than a payment or a 429 can put it is cut to that.
 */
export function broughtBack(permit: PermitRecord, nowMs: number, rule: AllowanceRule): PermitRecord {
  const usedAheadMs = Math.max(0, permit.reservedAtMs - nowMs)
  const heldAheadMs = Math.max(0, permit.heldAtMs - nowMs)
  const notBeforeMs = permit.notBeforeMs - heldAheadMs
  return {
    ...permit,
    countedAtMs: Math.min(permit.countedAtMs - usedAheadMs, nowMs + backWithinMs(rule)),
    reservedAtMs: permit.reservedAtMs - usedAheadMs,
    reservedForMs: permit.reservedForMs - usedAheadMs,
    notBeforeMs: notBeforeMs > nowMs + HOLD_MS_MAX + CLOCK_SLACK_MS ? nowMs + rule.windowMs : notBeforeMs,
    heldAtMs: permit.heldAtMs - heldAheadMs,
  }
}

/** The clock was set forward: a permit that was used before comes back that much later, but no later than a payment can put it. */
export function broughtLater(
  permit: PermitRecord,
  { atLeastMs, atMostMs }: Jump,
  nowMs: number,
  rule: AllowanceRule,
): PermitRecord {
  if (permit.reservedAtMs > nowMs - atLeastMs + CLOCK_SLACK_MS) return permit
  const laterMs = Math.min(permit.countedAtMs + rule.windowMs + atMostMs, nowMs + backWithinMs(rule))
  return { ...permit, notBeforeMs: Math.max(permit.notBeforeMs, laterMs), heldAtMs: nowMs }
}

/**
 * Uses as many of the permits as the limit says: those that come back last, so that no window that ends with another payment
 * holds more than the limit. The others are surplus until their windows are over; then they are removed.
 */
export function fitted(
  permits: readonly PermitRecord[],
  limit: number,
  nowMs: number,
  rule: AllowanceRule,
): readonly PermitRecord[] {
  const latestFirst = permits.toSorted((a, b) => b.countedAtMs - a.countedAtMs || a.number - b.number)
  return latestFirst
    .map((permit, index) => ({ ...permit, isSurplus: index >= limit }))
    .filter((permit) => !permit.isSurplus || comesBackAtMs(permit, rule) > nowMs)
}
