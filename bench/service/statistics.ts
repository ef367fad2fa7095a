/** The percentile by nearest rank; NaN of no values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

export const median = (values: readonly number[]) => percentile(values, 0.5)

export interface Trend {
  readonly perMinute: number
  /** Standard error of `perMinute`. */
  readonly errorPerMinute: number
}

/** The straight line through samples of a value over time in seconds, by least squares. */
export function trendOf(samples: readonly { readonly seconds: number; readonly value: number }[]): Trend {
  const count = samples.length
  const meanOf = (pick: (sample: { seconds: number; value: number }) => number) =>
    samples.reduce((sum, sample) => sum + pick(sample), 0) / count
  const meanSeconds = meanOf(({ seconds }) => seconds)
  const meanValue = meanOf(({ value }) => value)
  const spread = samples.reduce((sum, { seconds }) => sum + (seconds - meanSeconds) ** 2, 0)
  const together = samples.reduce(
    (sum, { seconds, value }) => sum + (seconds - meanSeconds) * (value - meanValue),
    0,
  )
  const slope = together / spread
  const rest = samples.reduce(
    (sum, { seconds, value }) => sum + (value - meanValue - slope * (seconds - meanSeconds)) ** 2,
    0,
  )
  const error = Math.sqrt(rest / Math.max(1, count - 2) / spread)
  return { perMinute: slope * 60, errorPerMinute: error * 60 }
}
