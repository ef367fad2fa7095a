import type { Answer } from './answer.ts'
import { STATUS_CODES_PAGE } from './platform-error.ts'

type Allowance = {
  readonly retryAfterSeconds?: number
  readonly limit?: number
  readonly left?: number
  readonly windowMs?: number
  readonly resetMs?: number
}

/** Without an allowance no header is sent, which is how BigCommerce says that the platform is overloaded. */
export function tooManyRequests(allowance: Allowance): Answer {
  return {
    status: 429,
    headers: rateLimitHeaders(allowance),
    body: { status: 429, title: 'Too many requests', type: STATUS_CODES_PAGE, errors: {} },
  }
}

export function rateLimitHeaders(allowance: Allowance): Record<string, string> {
  const { retryAfterSeconds, limit = 50, left = 0, windowMs = 4000 } = allowance
  if (Object.keys(allowance).length === 0) return {}
  const resetMs = allowance.resetMs ?? (retryAfterSeconds ?? 0) * 1000
  return {
    'x-rate-limit-time-window-ms': String(windowMs),
    'x-rate-limit-time-reset-ms': String(resetMs),
    'x-rate-limit-requests-quota': String(limit),
    'x-rate-limit-requests-left': String(left),
    ...(retryAfterSeconds === undefined ? {} : { 'x-retry-after': String(retryAfterSeconds) }),
  }
}
