import type { UpstreamAnswer } from './answer.ts'

/** Without a word from BigCommerce: one payment window (50 in 4 s), after which it must have room again. */
const defaultRetryAfterSeconds = 4
/** No header makes a caller wait longer; BigCommerce's longest documented window is 30 s. */
const retryAfterSecondsMax = 60

/** How long BigCommerce asks to be left alone after a 429: the longest of what its headers say. */
export function retryAfterSeconds(answer: UpstreamAnswer): number {
  const seconds = askedSeconds(answer)
  if (seconds.length === 0) return defaultRetryAfterSeconds
  return Math.min(Math.ceil(Math.max(...seconds)), retryAfterSecondsMax)
}

/** All that its headers say of it, in seconds; nothing when the platform itself is overloaded. */
export const askedSeconds = ({ headers }: UpstreamAnswer): number[] =>
  [
    Number(headers['x-retry-after']),
    Number(headers['retry-after']),
    Number(headers['x-rate-limit-time-reset-ms']) / 1000,
  ].filter((value) => value > 0)
