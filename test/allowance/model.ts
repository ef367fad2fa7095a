import type { PermitRecord } from '../../src/allowance/permit-record.ts'
import type { AllowanceRule, Reservation } from '../../src/allowance/rule.ts'

/** One permit, as it is on record. */
export interface ModelPermit extends PermitRecord {
  /** How often it was reserved; tells whether a reservation is still the latest. */
  readonly uses: number
}

export interface ReserveOptions {
  readonly nowMs: number
  /** How far ahead a permit may be taken that is not back yet. */
  readonly withinMs: number
  readonly count: number
}

export const freshPermits = (limit: number): readonly ModelPermit[] =>
  Array.from({ length: limit }, (_, number) => ({
    number,
    countedAtMs: -1_000_000,
    notBeforeMs: 0,
    heldAtMs: 0,
    reservedAtMs: 0,
    reservedForMs: 0,
    isSurplus: false,
    uses: 0,
  }))

export const comesBackAtMs = (
  { countedAtMs, notBeforeMs }: ModelPermit,
  { windowMs }: AllowanceRule,
): number => Math.max(countedAtMs + windowMs, notBeforeMs)

/** Takes the permits that come back first, as many as are wanted and come back in time. */
export function reserve(
  permits: readonly ModelPermit[],
  rule: AllowanceRule,
  { nowMs, withinMs, count }: ReserveOptions,
): { readonly permits: readonly ModelPermit[]; readonly taken: readonly Reservation[] } {
  const taken = new Map(
    permits
      .filter((permit) => !permit.isSurplus && comesBackAtMs(permit, rule) <= nowMs + withinMs)
      .sort((a, b) => comesBackAtMs(a, rule) - comesBackAtMs(b, rule) || a.number - b.number)
      .slice(0, count)
      .map((permit) => [permit.number, reservationOf(permit, rule, nowMs)]),
  )
  return {
    taken: [...taken.values()],
    permits: permits.map((permit) => {
      const reservation = taken.get(permit.number)
      return reservation ? reserved(permit, reservation, rule) : permit
    }),
  }
}

const reservationOf = (permit: ModelPermit, rule: AllowanceRule, nowMs: number): Reservation => ({
  number: permit.number,
  uses: permit.uses + 1,
  atMs: nowMs,
  forMs: Math.max(comesBackAtMs(permit, rule), nowMs),
  countedBeforeMs: permit.countedAtMs,
})

/** Until more is known its payment counts as late as it can: so it stays, should its instance die before it reports. */
const reserved = (
  permit: ModelPermit,
  { atMs, forMs, uses }: Reservation,
  rule: AllowanceRule,
): ModelPermit => ({
  ...permit,
  countedAtMs: forMs + rule.sendWithinMs + rule.marginMs,
  reservedAtMs: atMs,
  reservedForMs: forMs,
  uses,
})

/**
 * A payment has been counted by now: an answer has come, or the margin has passed since it departed. Whichever is first,
 * the permit comes back at min(answer + window, departure + margin + window).
 */
export const counted = (permits: readonly ModelPermit[], reservation: Reservation, nowMs: number) =>
  changed(permits, reservation, ({ countedAtMs, reservedAtMs }) => ({
    countedAtMs: Math.min(countedAtMs, nowMs),
    // Unless the clock has been set back, it was reserved before.
    reservedAtMs: Math.min(reservedAtMs, nowMs),
  }))

/** Nothing was sent with it: it can be used at the very moment it was reserved for. */
export const givenBack = (permits: readonly ModelPermit[], reservation: Reservation, rule: AllowanceRule) =>
  changed(permits, reservation, ({ reservedForMs }) => ({ countedAtMs: reservedForMs - rule.windowMs }))

/** BigCommerce wants no more payments for so long. */
export const heldBack = (
  permits: readonly ModelPermit[],
  forMs: number,
  nowMs: number,
): readonly ModelPermit[] =>
  permits.map((permit) => ({
    ...permit,
    notBeforeMs: Math.max(permit.notBeforeMs, nowMs + forMs),
    heldAtMs: nowMs,
  }))

/** When a permit will be back if its charge departs on time, which is sooner than `comesBackAtMs` until that is known. */
export const expectedBackAtMs = (permit: ModelPermit, rule: AllowanceRule): number =>
  comesBackAtMs(
    { ...permit, countedAtMs: Math.min(permit.countedAtMs, permit.reservedForMs + rule.marginMs) },
    rule,
  )

function changed(
  permits: readonly ModelPermit[],
  { number, uses }: Reservation,
  change: (permit: ModelPermit) => Partial<ModelPermit>,
): readonly ModelPermit[] {
  return permits.map((permit) =>
    permit.number === number && permit.uses === uses ? { ...permit, ...change(permit) } : permit,
  )
}

/** The most that any window of this length holds, wherever it begins. */
export function maxInWindow(moments: readonly number[], windowMs: number): number {
  const sorted = moments.toSorted((a, b) => a - b)
  let first = 0
  let most = 0
  for (const [index, moment] of sorted.entries()) {
    while (moment - (sorted[first] ?? moment) >= windowMs) first += 1
    most = Math.max(most, index - first + 1)
  }
  return most
}
