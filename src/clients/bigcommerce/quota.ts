import type { Purpose } from '../../request-context.ts'
import { pauseAskedMs, type UpstreamAnswer } from './exchange.ts'

/*
 * The quota of BigCommerce's management host (150 or 450 calls in 30 s on most plans), which all apps of the store share:
 * what an answer says of it, what is known of it, and how much room that leaves. Arithmetic alone, without clock or I/O.
 */

/** What an answer says of the quota, made sane by `quotaReadingOf`. */
export interface QuotaReading {
  readonly limit: number
  readonly left: number
  readonly windowMs: number
  /** Until the window ends, counted from some moment between the request and its answer. */
  readonly resetMs: number
}

/** A window of the quota as the latest answer shows it. Moments are those of a clock that only goes forward. */
interface QuotaWindow extends Omit<QuotaReading, 'resetMs'> {
  /** The window ends between these two: the request and the answer tell no better. */
  readonly endsMs: { readonly earliest: number; readonly latest: number }
}

/** What is known of the quota of BigCommerce's management host, which all apps of the store share. */
export interface ManagementQuota {
  /** null as long as no answer has spoken of a quota: then there is none. */
  readonly window: QuotaWindow | null
  /** Calls that are out, each of which may or may not be in what the window has left. */
  readonly out: readonly OutCall[]
  readonly heldUntilMs: number
  /** Answers of 429 in a row; those of calls that were out together count once. */
  readonly refusals: number
  readonly refusedAtMs: number
}

/** A call that has been sent and is not answered. */
export interface OutCall {
  readonly purpose: Purpose
  readonly sentAtMs: number
}

export interface Exchange extends OutCall {
  readonly answeredAtMs: number
}

/** More at once are no faster, and what has not been sent when the first answer tells of a quota can still be held back. */
export const MANAGEMENT_CALLS_MAX = 16

/**
 * A call that is not answered by then hangs, and others go in its place: most calls have their answer. Where one endpoint hangs, or one
 * order, those who need another one are served: even behind a hundred who came before, within their patience.
 */
const HANGS_AFTER_MS = 500

/** So many may hang of one purpose: more shoppers than meet one endpoint in trouble within its timeout; and as many looks as are made at once. */
const OUT_MAX: Readonly<Record<Purpose, number>> = {
  paying: 128,
  reading: 64,
  reconciling: 32,
}

/** No more calls can be out than this, all purposes together. */
export const MANAGEMENT_CONNECTIONS_MAX = OUT_MAX.paying + OUT_MAX.reading + OUT_MAX.reconciling

/**
 * One call in so many is kept back from this purpose. Listing costs a shopper two calls and paying one or two, so with a
 * third kept for paying, everyone who could list can pay. No one waits for reconciliation, and it comes round again.
 */
const KEPT_ONE_IN: Readonly<Record<Purpose, number>> = {
  paying: Number.POSITIVE_INFINITY,
  reading: 3,
  reconciling: 2,
}

/** More than this is no quota; BigCommerce documents 150 and 450. */
const limitMax = 1_000_000
/** BigCommerce's documented window, taken where a header names none; none makes it longer than twice that. */
const [windowMsDocumented, windowMsMax] = [30_000, 60_000]
/** After a 429 that does not say for how long, the platform is overloaded: each further one doubles the pause. */
const pauseBaseMs = 1_000
const pauseMsMax = 30_000

export const UNKNOWN_QUOTA: ManagementQuota = {
  window: null,
  out: [],
  heldUntilMs: Number.NEGATIVE_INFINITY,
  refusals: 0,
  refusedAtMs: Number.NEGATIVE_INFINITY,
}

export const sent = (quota: ManagementQuota, { purpose, sentAtMs }: OutCall): ManagementQuota => ({
  ...quota,
  out: [...quota.out, { purpose, sentAtMs }],
})

/** No answer came. The next answer will tell whether the call was counted. */
export const unanswered = (quota: ManagementQuota, call: OutCall): ManagementQuota => {
  const index = quota.out.findIndex(
    ({ purpose, sentAtMs }) => purpose === call.purpose && sentAtMs === call.sentAtMs,
  )
  return index === -1 ? quota : { ...quota, out: quota.out.toSpliced(index, 1) }
}

export const answered = (
  quota: ManagementQuota,
  exchange: Exchange,
  reading: QuotaReading | null,
): ManagementQuota => ({
  ...unanswered(quota, exchange),
  window: windowAfter(quota.window, exchange, reading),
  // An answer to what was sent before the last refusal does not take it back.
  refusals: exchange.sentAtMs > quota.refusedAtMs ? 0 : quota.refusals,
})

/**
 * BigCommerce answered 429.
 *
 * @param holdMs how long to leave it alone in milliseconds, told how many refusals came in a row (from 1).
 */
export function turnedAway(
  quota: ManagementQuota,
  exchange: Exchange,
  reading: QuotaReading | null,
  holdMs: (refusals: number) => number,
): ManagementQuota {
  const isNext = exchange.sentAtMs > quota.refusedAtMs
  const refusals = isNext ? quota.refusals + 1 : Math.max(1, quota.refusals)
  return {
    ...answered(quota, exchange, reading),
    refusals,
    refusedAtMs: exchange.answeredAtMs,
    heldUntilMs: Math.max(quota.heldUntilMs, exchange.answeredAtMs + holdMs(refusals)),
  }
}

/**
 * Other apps spend the same quota, so what the latest answer says wins. Within one window that is the one with the least
 * left, in whatever order answers arrive; whether it is the same window shows by when it ends.
 */
function windowAfter(
  known: QuotaWindow | null,
  { sentAtMs, answeredAtMs }: Exchange,
  reading: QuotaReading | null,
): QuotaWindow | null {
  if (reading === null) return known
  const { limit, left, windowMs, resetMs } = reading
  const endsMs = { earliest: sentAtMs + resetMs, latest: answeredAtMs + resetMs }
  if (known === null || endsMs.earliest > known.endsMs.latest) return { limit, left, windowMs, endsMs }
  if (endsMs.latest < known.endsMs.earliest) return known
  return {
    limit,
    left: Math.min(left, known.left),
    windowMs,
    endsMs: {
      earliest: Math.max(endsMs.earliest, known.endsMs.earliest),
      latest: Math.min(endsMs.latest, known.endsMs.latest),
    },
  }
}

/** How many calls of this purpose may be sent now; none when it is zero or less. */
export function roomFor(quota: ManagementQuota, purpose: Purpose, nowMs: number): number {
  if (nowMs < quota.heldUntilMs) return 0
  let mayHang = OUT_MAX[purpose]
  for (const call of quota.out) if (call.purpose === purpose) mayHang -= 1
  return Math.min(placesFree(quota, nowMs), mayHang, quotaFor(quota, purpose, nowMs))
}

/** After a refusal one call asks whether it is over, before the others follow; those that were out before it do not tell. */
function placesFree({ out, refusals, refusedAtMs }: ManagementQuota, nowMs: number): number {
  const sinceMs = nowMs - HANGS_AFTER_MS
  const fromMs = refusals > 0 ? Math.max(refusedAtMs, sinceMs) : sinceMs
  let places = refusals > 0 ? 1 : MANAGEMENT_CALLS_MAX
  for (const { sentAtMs } of out) if (sentAtMs > fromMs) places -= 1
  return places
}

/** When the next of the calls that are out begins to hang, and leaves its place to others; Infinity where none will. */
export function nextHangsAtMs({ out }: ManagementQuota, nowMs: number): number {
  let sentMs = Number.POSITIVE_INFINITY
  for (const { sentAtMs } of out) if (sentAtMs + HANGS_AFTER_MS > nowMs) sentMs = Math.min(sentMs, sentAtMs)
  return sentMs + HANGS_AFTER_MS
}

/**
 * The moment at which the quota lets a call go, as far as is known; now, where only other calls of ours are in its way.
 *
 * @param turn whether it is the first, the second … of those who wait and go no later, from 1.
 */
export function opensAtMs(quota: ManagementQuota, purpose: Purpose, turn: number, nowMs: number): number {
  const { window } = quota
  const fromMs = Math.max(nowMs, quota.heldUntilMs)
  const room = Math.max(0, quotaFor(quota, purpose, fromMs))
  if (window === null || turn <= room) return fromMs
  const windows = Math.floor((turn - room - 1) / (window.limit - keptFrom(purpose, window.limit)))
  return Math.max(fromMs, window.endsMs.latest) + windows * window.windowMs
}

/** What the quota has left, as far as is known; null without one. */
export const leftOf = ({ window, out }: ManagementQuota, nowMs: number): number | null =>
  window && (nowMs >= window.endsMs.latest ? window.limit : window.left) - out.length

function quotaFor(quota: ManagementQuota, purpose: Purpose, nowMs: number): number {
  const left = leftOf(quota, nowMs)
  return left === null || quota.window === null
    ? Number.POSITIVE_INFINITY
    : left - keptFrom(purpose, quota.window.limit)
}

const keptFrom = (purpose: Purpose, limit: number): number => Math.floor(limit / KEPT_ONE_IN[purpose])

/** What an answer of the management host says of its quota; null when it says nothing usable. */
export const readQuotaHeaders = ({ headers }: UpstreamAnswer): QuotaReading | null =>
  quotaReadingOf({
    limit: numberIn(headers['x-rate-limit-requests-quota']),
    left: numberIn(headers['x-rate-limit-requests-left']),
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
    said.left >= 0 &&
    said.resetMs >= 0 &&
    said.resetMs < Infinity
  if (!isSane) return null
  const limit = Math.floor(said.limit)
  const windowMs = Math.min(said.windowMs > 0 ? said.windowMs : windowMsDocumented, windowMsMax)
  return {
    limit,
    left: Math.min(Math.floor(said.left), limit),
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
