import type { After } from '../domain/after.ts'
import { createForecast, type Forecast } from './forecast.ts'
import { type HeldToken, holdToken } from './permit.ts'
import type { PaymentTokens } from './permit-store.ts'
import type { BucketRule, Reservation } from './rule.ts'

/** Gets tokens from the database for those who wait at this instance. */
export interface TokenSupply {
  /** Gets as many as are wanted, now or as soon as there can be one. */
  start(): void
  stop(): void
  /** Until there is a token for the nth in line, n from 1, as far as is known; 0 when nothing is. */
  waitMs(turn: number): number
  /** Whether what is known of the wait is recent. */
  isInformed(): boolean
  /** Tokens that were back and left when it was last heard of them, if that was not long ago. */
  left(): number | null
}

export interface TokenSupplyOptions {
  readonly tokens: PaymentTokens
  readonly instance: string
  readonly rule: BucketRule
  /** The margin as it is now, which may be more than the rule's. */
  readonly marginMs: () => number
  readonly now: () => number
  readonly after: After
  readonly random: () => number
  readonly inBackground: (work: () => Promise<void>) => void
  readonly waiting: () => number
  /** There is a token, whose moment may be a little ahead. */
  readonly onToken: (token: HeldToken) => void
  /** What is known of the wait has changed. */
  readonly onNews: () => void
  readonly onFailure: (error: unknown) => void
}

/**
 * How far ahead tokens are taken, so that *sending* is written and a connection dialled when the moment comes. Farther
 * ahead, a token could not come back early, nor go to somebody whose turn it has become.
 */
const aheadMs = 250
/**
 * What that takes at least; asked for later, a token lies idle meanwhile. In what is left of the time ahead instances
 * that wait for the same token ask for it at a random moment, so that none is always first.
 */
const preparingMs = 100
/** Between two questions that found nothing: a token is still taken two hundred milliseconds ahead. */
const pauseMsMin = 50
/** At the end of the time to send, kept free for a stall between the last look at the clock and the first byte. */
const stallMs = 1_000
/** How long a look at the tokens is good for turning payments away at the door. */
const informedMs = 500

export function openSupply(options: TokenSupplyOptions): TokenSupply {
  const { tokens, instance, rule, now, after, random, waiting } = options
  const { onToken, onNews, onFailure } = options
  const cycleMs = rule.windowMs + rule.marginMs
  let look: { readonly atMs: number; readonly forecast: Forecast } | null = null
  let lastHeard = { left: 0, atMs: Number.NEGATIVE_INFINITY }
  let isAsking = false
  let isStopped = false
  let callOffNext: (() => void) | null = null

  /** One question at a time, for as many tokens as are wanted. */
  async function ask(): Promise<void> {
    const wanted = waiting()
    callOffNext = null
    if (isAsking || isStopped || wanted <= 0) return
    isAsking = true
    let pauseMs = 0
    try {
      const askedMs = now()
      const { taken, left } = await tokens.reserve(wanted, aheadMs)
      const toldMs = now()
      lastHeard = { left: left ?? 0, atMs: toldMs }
      if (taken.length === wanted) look = null
      else pauseMs = await lookAhead()
      for (const reservation of taken) onToken(held(reservation, askedMs, toldMs))
      onNews()
    } catch (error) {
      onFailure(error)
    } finally {
      isAsking = false
    }
    if (isStopped || waiting() === 0) return
    if (pauseMs > 0) callOffNext = after(pauseMs, ask)
    else void ask()
  }

  /** @returns when to ask again. */
  async function lookAhead(): Promise<number> {
    const outlook = await tokens.outlook()
    if (outlook.length === 0) {
      await tokens.provide()
      return 0
    }
    look = { atMs: now(), forecast: createForecast(outlook, instance, cycleMs) }
    const soonestMs = Math.min(...outlook.map(({ backInMs }) => backInMs))
    return Math.max(pauseMsMin, soonestMs - preparingMs - (aheadMs - preparingMs) * random())
  }

  /** @param askedMs when the question left, @param toldMs when its answer came: the database's moment is in between. */
  function held(reservation: Reservation, askedMs: number, toldMs: number): HeldToken {
    const aheadOfUsMs = reservation.forMs - reservation.atMs
    const dueMs = toldMs + aheadOfUsMs
    const leavesUntilMs = askedMs + aheadOfUsMs + rule.sendWithinMs - stallMs
    return holdToken({ ...options, reservation, dueMs, leavesUntilMs })
  }

  return {
    start() {
      // Else it is known that there is none, and when to ask again.
      if (!callOffNext) void ask()
    },
    stop() {
      isStopped = true
      callOffNext?.()
    },
    waitMs(turn) {
      return look ? Math.max(0, look.forecast.waitMs(turn) - (now() - look.atMs)) : 0
    },
    isInformed: () => look !== null && now() - look.atMs <= informedMs,
    left: () => (now() - lastHeard.atMs > cycleMs ? null : lastHeard.left),
  }
}
