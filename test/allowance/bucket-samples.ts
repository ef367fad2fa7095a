import type { BucketToken } from '../../src/allowance/rule.ts'

export const freshTokens = (limit: number): readonly BucketToken[] =>
  Array.from({ length: limit }, (_, number) => ({
    number,
    countedAtMs: -1_000_000,
    notBeforeMs: 0,
    reservedForMs: 0,
    uses: 0,
  }))

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
