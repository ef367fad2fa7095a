import type { BucketRule, Reservation } from '../domain/token-bucket.ts'
import { createForecast, type Forecast } from '../domain/token-forecast.ts'
import type { PaymentTokens } from '../stores/payment-tokens.ts'
import type { After } from './after.ts'
import { type HeldToken, holdToken } from './held-token.ts'

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
  readonly now: () => number
  readonly after: After
  readonly random: () => number
  readonly inBackground: (work: () => Promise<void>) => void
  readonly waiting: () => number
  readonly onToken: (token: HeldToken) => void
  /** What is known of the wait has changed. */
  readonly onNews: () => void
  readonly onFailure: (error: unknown) => void
}

/**
 * How far ahead tokens are taken. Instances that wait for the same token ask for it at a random moment of this time
 * before it comes back, so that none is always first. Farther ahead, a token could not come back early, nor go to
 * somebody whose turn it has become.
 */
const aheadMs = 250
/** Between two questions that found nothing. */
const pauseMsMin = 10
/** At the end of the time to send, kept free for a stall between the last look at the clock and the first byte. */
const stallMs = 1_000
/** How long a look at the tokens is good for turning payments away at the door. */
const informedMs = 500

export function openSupply(options: TokenSupplyOptions): TokenSupply {
  const { tokens, instance, rule, now, after, random, waiting, inBackground } = options
  const { onToken, onNews, onFailure } = options
  const cycleMs = rule.windowMs + rule.marginMs
  /** Tokens that are ours and whose moment has not come. */
  const coming = new Set<Reservation>()
  let look: { readonly atMs: number; readonly forecast: Forecast } | null = null
  let lastHeard = { left: 0, atMs: Number.NEGATIVE_INFINITY }
  let isAsking = false
  let isStopped = false
  let callOffNext: (() => void) | null = null

  /** One question at a time, for as many tokens as are wanted. */
  async function ask(): Promise<void> {
    const wanted = waiting() - coming.size
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
      for (const reservation of taken) expect(reservation, askedMs, toldMs)
      onNews()
    } catch (error) {
      onFailure(error)
    } finally {
      isAsking = false
    }
    if (isStopped || waiting() <= coming.size) return
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
    return Math.max(pauseMsMin, soonestMs - aheadMs * random())
  }

  /** @param askedMs when the question left, @param toldMs when its answer came: the database's moment is in between. */
  function expect(reservation: Reservation, askedMs: number, toldMs: number): void {
    const aheadOfUsMs = reservation.forMs - reservation.atMs
    const dueMs = toldMs + aheadOfUsMs
    const leavesUntilMs = askedMs + aheadOfUsMs + rule.sendWithinMs - stallMs
    const token = holdToken({ ...options, ...rule, reservation, leavesUntilMs })
    const hand = (): void => {
      // Timers may fire early, by as long as the turn took in which they were set.
      if (coming.has(reservation) && now() < dueMs) return void after(dueMs - now(), hand)
      if (coming.delete(reservation)) onToken(token)
    }
    coming.add(reservation)
    after(Math.max(0, dueMs - now()), hand)
  }

  return {
    start() {
      // Else it is known that there is none, and when to ask again.
      if (!callOffNext) void ask()
    },
    stop() {
      isStopped = true
      callOffNext?.()
      for (const reservation of coming) inBackground(() => tokens.giveBack(reservation))
      coming.clear()
    },
    waitMs(turn) {
      const turnsLeft = turn - coming.size
      if (!look || turnsLeft <= 0) return 0
      return Math.max(0, look.forecast.waitMs(turnsLeft) - (now() - look.atMs))
    },
    isInformed: () => look !== null && now() - look.atMs <= informedMs,
    left: () => (now() - lastHeard.atMs > cycleMs ? null : lastHeard.left),
  }
}
