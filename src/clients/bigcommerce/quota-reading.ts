import type { QuotaReading } from './quota.ts'

/** Of a store without a quota, or of no sane one; BigCommerce's documented ones are 150 and 450. */
const limitMax = 1_000_000
/** BigCommerce's documented window; taken where it says no other. */
const windowMsDocumented = 30_000
/** No header holds calls back for longer: twice the documented window. */
const waitMsMax = 60_000
/** 429 without a word of how long: the platform is overloaded, and each further one doubles the pause. */
const pauseBaseMs = 1_000
const pauseMsMax = 30_000

/**
 * What the headers of an answer say, as far as it makes sense: nothing is believed that is negative or no number, and no window
 * that would last for hours.
 *
 * @param said the headers' numbers, NaN where one is missing.
 * @returns null when it is no quota to go by.
 */
export function quotaReadingOf(said: QuotaReading): QuotaReading | null {
  const isSane =
    said.limit >= 1 &&
    said.limit <= limitMax &&
    said.left >= 0 &&
    said.resetMs >= 0 &&
    said.resetMs < Infinity
  if (!isSane) return null
  const limit = Math.floor(said.limit)
  const windowMs = Math.min(said.windowMs > 0 ? said.windowMs : windowMsDocumented, waitMsMax)
  return {
    limit,
    left: Math.min(Math.floor(said.left), limit),
    windowMs,
    resetMs: Math.min(said.resetMs, windowMs),
  }
}

/**
 * How long to leave BigCommerce alone after a 429.
 *
 * @param askedMs what its headers say, in no order; none for a platform that is overloaded.
 * @param refusals how many came in a row, from 1.
 * @param random from 0 to 1: instances that were refused together do not come back together.
 */
export function holdMsOf(askedMs: readonly number[], refusals: number, random: number): number {
  if (askedMs.length > 0) return Math.min(Math.max(...askedMs), waitMsMax)
  const pauseMs = Math.min(pauseBaseMs * 2 ** (refusals - 1), pauseMsMax)
  return pauseMs / 2 + (random * pauseMs) / 2
}
