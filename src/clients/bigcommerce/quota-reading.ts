import { pauseAskedMs, type UpstreamAnswer } from './exchange.ts'

/** What an answer says of the quota, made sane by `quotaReadingOf`. */
export interface QuotaReading {
  readonly limit: number
  readonly remaining: number
  readonly windowMs: number
  /** Until the window ends, counted from some moment between the request and its answer. */
  readonly resetMs: number
}

/** More than this is no quota; BigCommerce documents 150 and 450. */
const limitMax = 1_000_000
/** BigCommerce's documented window, taken where a header names none; none makes it longer than twice that. */
const [windowMsDocumented, windowMsMax] = [30_000, 60_000]
/** After a 429 that does not say for how long, the platform is overloaded: each further one doubles the pause. */
const pauseBaseMs = 1_000
const pauseMsMax = 30_000

/** What an answer of the management host says of its quota; null when it says nothing usable. */
export const readQuotaHeaders = ({ headers }: UpstreamAnswer): QuotaReading | null =>
  quotaReadingOf({
    limit: numberIn(headers['x-rate-limit-requests-quota']),
    remaining: numberIn(headers['x-rate-limit-requests-left']),
    windowMs: numberIn(headers['x-rate-limit-time-window-ms']),
    resetMs: numberIn(headers['x-rate-limit-time-reset-ms']),
  })

/** A header that is there and empty says nothing, rather than zero. */
const numberIn = (header: string | string[] | undefined): number =>
  typeof header === 'string' && /^\d/.test(header) ? Number(header) : Number.NaN

/**
 * What the headers say, as far as it makes sense: a negative number or a word is ignored, and so is a window of hours.
 *
 * @param said the headers' numbers, NaN where one is missing.
 * @returns null when that is no usable quota.
 */
export function quotaReadingOf(said: QuotaReading): QuotaReading | null {
  const isSane =
    said.limit >= 1 &&
    said.limit <= limitMax &&
    said.remaining >= 0 &&
    said.resetMs >= 0 &&
    said.resetMs < Infinity
  if (!isSane) return null
  const limit = Math.floor(said.limit)
  const windowMs = Math.min(said.windowMs > 0 ? said.windowMs : windowMsDocumented, windowMsMax)
  return {
    limit,
    remaining: Math.min(Math.floor(said.remaining), limit),
    windowMs,
    resetMs: Math.min(said.resetMs, windowMs),
  }
}

/**
 * How long to leave BigCommerce alone after a 429, in milliseconds: as long as it asks, else a pause that doubles.
 *
 * @param refusals how many came in a row, from 1.
 * @param random from 0 to 1, so that instances that were refused together do not come back together.
 */
export function holdMsAfter(answer: UpstreamAnswer, refusals: number, random: number): number {
  const askedMs = pauseAskedMs(answer)
  if (askedMs !== null) return askedMs
  const pauseMs = Math.min(pauseBaseMs * 2 ** (refusals - 1), pauseMsMax)
  return pauseMs / 2 + (random * pauseMs) / 2
}
