/** One allowance, as it stands after the request that asks. */
export interface Quota {
  /** A word of ours, the same in both fields. */
  readonly name: string
  readonly limit: number
  readonly windowSeconds: number
  readonly remaining: number
  /** Until more is allowed again, rounded up. */
  readonly resetSeconds: number
}

/**
 * An allowance as items of the structured fields RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers).
 * Both are lists: a request may be under several allowances.
 */
export const rateLimitItems = ({ name, limit, windowSeconds, remaining, resetSeconds }: Quota) => ({
  policy: `"${name}";q=${limit};w=${windowSeconds}`,
  state: `"${name}";r=${Math.max(0, remaining)};t=${resetSeconds}`,
})
