import type { UnsettledStatus } from '../domain/payment-attempt.ts'

const minuteMs = 60_000

/** How long ago one was sent, at most, in classes that mean something to a person. */
export const AGES = [
  { age: '1m', ageMsMax: minuteMs },
  { age: '10m', ageMsMax: 10 * minuteMs },
  { age: '1h', ageMsMax: 60 * minuteMs },
  { age: '1d', ageMsMax: 24 * 60 * minuteMs },
  { age: 'older', ageMsMax: Number.POSITIVE_INFINITY },
] as const

/** How many payments of one status were sent about as long ago. */
export interface UnsettledCount {
  readonly status: UnsettledStatus
  readonly age: (typeof AGES)[number]['age']
  readonly count: number
  /** How long ago the oldest of them was sent. */
  readonly oldestMs: number
}

/** Counts them for the whole store, not for one instance; classes that are empty are left out. */
export type CountUnsettled = () => Promise<UnsettledCount[]>
