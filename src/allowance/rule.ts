/**
 * The exact bucket: as many tokens as payments are allowed in a window, and each comes back one window after *its own*
 * payment was counted. So no window, wherever it begins, holds more payments than there are tokens; a bucket that is
 * refilled at a rate lets nearly twice as many into one (decision 0020).
 *
 * This is the definition. stores/payment-tokens.ts does the same in one statement each, and is held against it.
 */
export interface BucketRule {
  /** BigCommerce allows as many payments as there are tokens in any window of this length. */
  readonly windowMs: number
  /** How much longer one request may take to arrive and be counted than another: the network's jitter. */
  readonly marginMs: number
  /** From the moment a token is reserved for, its charge leaves within this time or not at all. */
  readonly sendWithinMs: number
}

/** One token. Moments are those of one clock, the database's. */
export interface BucketToken {
  readonly number: number
  /** At the latest now its last payment is counted, as far as is known. */
  readonly countedAtMs: number
  /** Not to be used before this, because BigCommerce has asked for fewer payments. */
  readonly notBeforeMs: number
  /** The moment that it was last reserved for. */
  readonly reservedForMs: number
  /** How often it was reserved; tells whether a reservation is still the latest. */
  readonly uses: number
}

export interface Reservation {
  readonly number: number
  readonly uses: number
  /** When it was made, and the moment that it is for: not before that may the charge leave. */
  readonly atMs: number
  readonly forMs: number
}

export interface ReserveOptions {
  readonly nowMs: number
  /** How far ahead a token may be taken that is not back yet. */
  readonly withinMs: number
  readonly count: number
}

export const comesBackAtMs = ({ countedAtMs, notBeforeMs }: BucketToken, { windowMs }: BucketRule): number =>
  Math.max(countedAtMs + windowMs, notBeforeMs)

/** Takes the tokens that come back first, as many as are wanted and come back in time. */
export function reserve(
  tokens: readonly BucketToken[],
  rule: BucketRule,
  { nowMs, withinMs, count }: ReserveOptions,
): { readonly tokens: readonly BucketToken[]; readonly taken: readonly Reservation[] } {
  const taken = new Map(
    tokens
      .filter((token) => comesBackAtMs(token, rule) <= nowMs + withinMs)
      .sort((a, b) => comesBackAtMs(a, rule) - comesBackAtMs(b, rule) || a.number - b.number)
      .slice(0, count)
      .map((token) => [token.number, reservationOf(token, rule, nowMs)]),
  )
  return {
    taken: [...taken.values()],
    tokens: tokens.map((token) => {
      const reservation = taken.get(token.number)
      return reservation ? reserved(token, reservation, rule) : token
    }),
  }
}

const reservationOf = (token: BucketToken, rule: BucketRule, nowMs: number): Reservation => ({
  number: token.number,
  uses: token.uses + 1,
  atMs: nowMs,
  forMs: Math.max(comesBackAtMs(token, rule), nowMs),
})

/** Until more is known its payment counts as late as it can: so it stays, should nobody live to say more. */
const reserved = (token: BucketToken, { forMs, uses }: Reservation, rule: BucketRule): BucketToken => ({
  ...token,
  countedAtMs: forMs + rule.sendWithinMs + rule.marginMs,
  reservedForMs: forMs,
  uses,
})

/**
 * A payment has been counted by now: an answer has come, or the margin has passed since it left. Whichever is first,
 * the token comes back at min(answer + window, send + margin + window).
 */
export const counted = (tokens: readonly BucketToken[], reservation: Reservation, nowMs: number) =>
  changed(tokens, reservation, ({ countedAtMs }) => ({ countedAtMs: Math.min(countedAtMs, nowMs) }))

/** Nothing was sent with it: it can be used at the very moment it was reserved for. */
export const givenBack = (tokens: readonly BucketToken[], reservation: Reservation, rule: BucketRule) =>
  changed(tokens, reservation, ({ reservedForMs }) => ({ countedAtMs: reservedForMs - rule.windowMs }))

/** BigCommerce wants no more payments until then. */
export const heldBack = (tokens: readonly BucketToken[], untilMs: number): readonly BucketToken[] =>
  tokens.map((token) => ({ ...token, notBeforeMs: Math.max(token.notBeforeMs, untilMs) }))

/** When a token will be back if its charge leaves on time, which is sooner than `comesBackAtMs` while it is under way. */
export const expectedBackAtMs = (token: BucketToken, rule: BucketRule): number =>
  comesBackAtMs(
    { ...token, countedAtMs: Math.min(token.countedAtMs, token.reservedForMs + rule.marginMs) },
    rule,
  )

function changed(
  tokens: readonly BucketToken[],
  { number, uses }: Reservation,
  change: (token: BucketToken) => Partial<BucketToken>,
): readonly BucketToken[] {
  return tokens.map((token) =>
    token.number === number && token.uses === uses ? { ...token, ...change(token) } : token,
  )
}
