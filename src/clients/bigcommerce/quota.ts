import type { Purpose } from '../../request-context.ts'
import type { QuotaReading } from './exchange.ts'

/*
 * The quota of BigCommerce's management host (150 or 450 calls in 30 s on most plans), which all apps of the store share:
 * what is known of it, and how much room that leaves. Arithmetic alone, without clock or I/O.
 */

/** A window of the quota as the latest answer shows it. Moments are those of a clock that only goes forward. */
interface QuotaWindow extends Omit<QuotaReading, 'resetMs'> {
  /** The window ends between these two moments; a request and its answer show it no more exactly. */
  readonly endsMs: { readonly earliest: number; readonly latest: number }
  /** Calls that were sent before this are in `remaining`, or were in an earlier window. So a call that hangs is counted once. */
  readonly countedUntilMs: number
}

/** What is known of the quota of BigCommerce's management host, which all apps of the store share. */
export interface ManagementQuota {
  /** null as long as no answer has spoken of a quota: then there is none. */
  readonly window: QuotaWindow | null
  /** Calls that are out, each of which may or may not be in what is remaining of the window. */
  readonly out: readonly OutCall[]
  readonly heldUntilMs: number
  /** Answers of 429 in a row; those of calls that were out together count once. */
  readonly refusals: number
  readonly refusedAtMs: number
  /** Whether any answer has come. Before the first one there may be a quota that we do not know of. */
  readonly isHeard: boolean
}

/** A call that has been sent and is not answered. */
export interface OutCall {
  readonly purpose: Purpose
  /** What it asks for, apart from which one: calls of one kind hang together. */
  readonly kind: string
  readonly sentAtMs: number
}

/** What a call asks for, apart from which one: its route at BigCommerce. */
export const kindOf = ({ method, path }: { readonly method: string; readonly path: string }): string =>
  `${method} ${path.replace(/\?.*/, '').replace(/\/(?:\d+|[\da-f-]{36})(?![^/])/gi, '/{id}')}`

export interface Exchange extends OutCall {
  readonly answeredAtMs: number
}

/** More at once are no faster. And when the first answer tells of a quota, calls that were not sent yet can still be held back. */
export const MANAGEMENT_CALLS_MAX = 16

/**
 * A call that is not answered by then hangs, and others go in its place; most calls are answered sooner. If one endpoint or one order
 * hangs, calls for others are still served within their patience, even behind a hundred that came before.
 */
const HANGS_AFTER_MS = 500

/**
 * If this many calls of one kind hang, further calls of that kind leave their places sooner. By then most calls that will be answered are.
 * Otherwise it would take too long to send a few hundred calls that hang, and others of the kind, which would be answered, would give up.
 */
const TROUBLED_FROM = 8
const HANGS_SOONER_AFTER_MS = 125

/** If calls that hang have taken all places of a purpose, one that has hung for this long is given up for the next. */
const GIVEN_UP_AFTER_MS = 1_000

/** How many calls of one purpose may hang: more than the shoppers who need one troubled endpoint within its timeout, and as many as the looks made at once. */
const OUT_MAX: Readonly<Record<Purpose, number>> = {
  paying: 128,
  reading: 64,
  reconciling: 32,
}

/** No more calls can be out than this, all purposes together. */
export const MANAGEMENT_CONNECTIONS_MAX = OUT_MAX.paying + OUT_MAX.reading + OUT_MAX.reconciling

/**
 * This part of the quota is kept from the purpose (one call in so many). Listing costs a shopper two calls and paying one or two. So
 * with a third kept for paying, everyone who could list can pay. No one waits for reconciliation, and it repeats its looks.
 */
const KEPT_ONE_IN: Readonly<Record<Purpose, number>> = {
  paying: Number.POSITIVE_INFINITY,
  reading: 3,
  reconciling: 2,
}

/** Within this time a call has arrived at BigCommerce, answered or not, or never will: connections break off sooner. */
const ARRIVES_WITHIN_MS = 2_000

export const UNKNOWN_QUOTA: ManagementQuota = {
  window: null,
  out: [],
  heldUntilMs: Number.NEGATIVE_INFINITY,
  refusals: 0,
  refusedAtMs: Number.NEGATIVE_INFINITY,
  isHeard: false,
}

export const sent = (quota: ManagementQuota, { purpose, kind, sentAtMs }: OutCall): ManagementQuota => ({
  ...quota,
  out: [...quota.out, { purpose, kind, sentAtMs }],
})

/** No answer came. The next answer will tell whether the call was counted. */
export const unanswered = (quota: ManagementQuota, call: OutCall): ManagementQuota => {
  const index = quota.out.findIndex(
    ({ purpose, kind, sentAtMs }) =>
      sentAtMs === call.sentAtMs && purpose === call.purpose && kind === call.kind,
  )
  return index === -1 ? quota : { ...quota, out: quota.out.toSpliced(index, 1) }
}

export const answered = (
  quota: ManagementQuota,
  exchange: Exchange,
  reading: QuotaReading | null,
): ManagementQuota => ({
  ...unanswered(quota, exchange),
  isHeard: true,
  window: windowAfter(quota.window, exchange, reading),
  // An answer to a call from before the last refusal does not cancel that refusal.
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
 * remaining, in whatever order answers arrive; whether it is the same window shows by when it ends.
 */
function windowAfter(
  known: QuotaWindow | null,
  { sentAtMs, answeredAtMs }: Exchange,
  reading: QuotaReading | null,
): QuotaWindow | null {
  if (reading === null) return known
  const { limit, remaining, windowMs, resetMs } = reading
  const endsMs = { earliest: sentAtMs + resetMs, latest: answeredAtMs + resetMs }
  const countedUntilMs = sentAtMs - ARRIVES_WITHIN_MS
  if (known === null || endsMs.earliest > known.endsMs.latest)
    return { limit, remaining, windowMs, endsMs, countedUntilMs }
  if (endsMs.latest < known.endsMs.earliest) return known
  return {
    limit,
    remaining: Math.min(remaining, known.remaining),
    windowMs,
    endsMs: {
      earliest: Math.max(endsMs.earliest, known.endsMs.earliest),
      latest: Math.min(endsMs.latest, known.endsMs.latest),
    },
    countedUntilMs: Math.max(countedUntilMs, known.countedUntilMs),
  }
}

/** How many calls of this purpose may be sent now; none when it is zero or less. */
export const roomFor = (quota: ManagementQuota, purpose: Purpose, nowMs: number): number =>
  Math.min(placesLeft(quota, purpose), roomBesides(quota, purpose, nowMs))

/** Whether only other calls of the same purpose keep a call back, and all but a few of these hang. */
export const isFull = (quota: ManagementQuota, purpose: Purpose, nowMs: number): boolean =>
  placesLeft(quota, purpose) <= 0 && roomBesides(quota, purpose, nowMs) > 0

/** Whether it has hung for so long that it may be given up for another, where its purpose is full. */
export const mayBeGivenUp = ({ sentAtMs }: OutCall, nowMs: number): boolean =>
  sentAtMs + GIVEN_UP_AFTER_MS <= nowMs

function placesLeft({ out }: ManagementQuota, purpose: Purpose): number {
  let places = OUT_MAX[purpose]
  for (const call of out) if (call.purpose === purpose) places -= 1
  return places
}

const roomBesides = (quota: ManagementQuota, purpose: Purpose, nowMs: number): number =>
  nowMs < quota.heldUntilMs ? 0 : Math.min(placesFree(quota, nowMs), quotaFor(quota, purpose, nowMs))

/** After a refusal one call tries whether it is over, before the others follow. Calls that were out before it do not show that. */
function placesFree(quota: ManagementQuota, nowMs: number): number {
  const { out, refusals, refusedAtMs } = quota
  if (refusals > 0) {
    const fromMs = Math.max(refusedAtMs, nowMs - HANGS_AFTER_MS)
    return out.some(({ sentAtMs }) => sentAtMs > fromMs) ? 0 : 1
  }
  const hangsAfterMs = hangsAfterFor(quota, nowMs)
  let places = MANAGEMENT_CALLS_MAX
  for (const { kind, sentAtMs } of out) if (sentAtMs > nowMs - hangsAfterMs(kind)) places -= 1
  return places
}

/** After how long a call of a kind leaves its place to others. Nearly always no call hangs, and this is asked for every one. */
function hangsAfterFor({ out, isHeard }: ManagementQuota, nowMs: number): (kind: string) => number {
  const last = out[TROUBLED_FROM - 1] // in the order of their sending
  if (!isHeard || last === undefined || last.sentAtMs > nowMs - HANGS_AFTER_MS) return () => HANGS_AFTER_MS
  const hanging = new Map<string, number>()
  for (const { kind, sentAtMs } of out)
    if (sentAtMs <= nowMs - HANGS_AFTER_MS) hanging.set(kind, (hanging.get(kind) ?? 0) + 1)
  return (kind) => ((hanging.get(kind) ?? 0) >= TROUBLED_FROM ? HANGS_SOONER_AFTER_MS : HANGS_AFTER_MS)
}

/** When the next of the calls that are out leaves its place to others, or may be given up for one; Infinity where none will. */
export function nextLeavesAtMs(quota: ManagementQuota, nowMs: number): number {
  const hangsAfterMs = hangsAfterFor(quota, nowMs)
  const ifToCome = (atMs: number) => (atMs > nowMs ? atMs : Number.POSITIVE_INFINITY)
  let nextMs = Number.POSITIVE_INFINITY
  for (const { kind, sentAtMs } of quota.out) {
    const sooner = Math.min(ifToCome(sentAtMs + hangsAfterMs(kind)), ifToCome(sentAtMs + HANGS_AFTER_MS))
    nextMs = Math.min(nextMs, sooner, ifToCome(sentAtMs + GIVEN_UP_AFTER_MS))
  }
  return nextMs
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

/** What is remaining of the quota, as far as is known; null without one. Calls that are out and may not be counted yet are taken off. */
export function remainingOf({ window, out }: ManagementQuota, nowMs: number): number | null {
  if (window === null) return null
  const { endsMs, windowMs, countedUntilMs, limit, remaining } = window
  const isOver = nowMs >= endsMs.latest
  // For a window that no answer has told us about: the calls that may have arrived in it.
  const fromMs = isOver ? Math.max(endsMs.earliest, nowMs - windowMs) - ARRIVES_WITHIN_MS : countedUntilMs
  return (isOver ? limit : remaining) - out.filter(({ sentAtMs }) => sentAtMs >= fromMs).length
}

function quotaFor(quota: ManagementQuota, purpose: Purpose, nowMs: number): number {
  const remaining = remainingOf(quota, nowMs)
  return remaining === null || quota.window === null
    ? Number.POSITIVE_INFINITY
    : remaining - keptFrom(purpose, quota.window.limit)
}

const keptFrom = (purpose: Purpose, limit: number): number => Math.floor(limit / KEPT_ONE_IN[purpose])
