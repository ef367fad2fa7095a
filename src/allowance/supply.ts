import type { Schedule } from '../domain/clock.ts'
import { createPermit, type Permit } from './permit.ts'
import type { PermitOutlook, PermitStore } from './permit-store.ts'
import type { AllowanceRule, Reservation } from './rule.ts'

/** Takes permits from the database, and knows from its answers how long it will be until there are more. */
export interface Supply {
  /** Asks once. The answer may hold fewer permits than are wanted, none included. */
  ask(wanted: number): Promise<Supplied>
  /** Until there is a permit for the nth in line, n from 1, as far as is known; 0 when nothing is. */
  waitMs(turn: number): number
  /** Whether what is known of the wait is recent. */
  isInformed(): boolean
  /** Permits that were back and remained at the last answer, if that was not long ago. */
  remaining(): number | null
}

export interface Supplied {
  /** Their moments may be a little ahead. */
  readonly permits: readonly Permit[]
  /** When to ask for more; 0 for at once. */
  readonly pauseMs: number
}

export interface SupplyOptions {
  readonly store: PermitStore
  readonly instance: string
  readonly rule: AllowanceRule
  /** The margin as it is now, which may be more than the rule's. */
  readonly marginMs: () => number
  readonly now: () => number
  readonly schedule: Schedule
  readonly random: () => number
  readonly inBackground: (work: () => Promise<void>) => void
}

/**
 * How far ahead permits are taken, so that *sending* is written and a connection dialled when the moment comes. Taken
 * farther ahead, a permit could not come back early, nor go to a caller whose turn it has become.
 */
const aheadMs = 250
/**
 * What that takes at least; asked for later, a permit would lie idle meanwhile. In what is left of the time ahead,
 * instances that wait for the same permit ask for it at a random moment, so that none is always first.
 */
const preparingMs = 100
/** Between two questions that found nothing: a permit is still taken two hundred milliseconds ahead. */
const pauseMsMin = 50
/** At the end of the time to send, kept free for a stall between the last check of the clock and the first byte. */
const stallMs = 1_000
/** How long a reading of the permits is good for turning payments away at the door. */
const informedMs = 500

export function openSupply(options: SupplyOptions): Supply {
  const { store, instance, rule, now, random } = options
  const cycleMs = rule.windowMs + rule.marginMs
  let outlook: { readonly atMs: number; readonly forecast: Forecast } | null = null
  let lastHeard = { remaining: 0, atMs: Number.NEGATIVE_INFINITY }

  /** @returns when to ask again. */
  async function lookAhead(): Promise<number> {
    const permits = await store.outlook()
    if (permits.length === 0) {
      await store.provide()
      return 0
    }
    outlook = { atMs: now(), forecast: createForecast(permits, instance, cycleMs) }
    const soonestMs = Math.min(...permits.map(({ backInMs }) => backInMs))
    return Math.max(pauseMsMin, soonestMs - preparingMs - (aheadMs - preparingMs) * random())
  }

  /** @param askedMs when the question left, @param toldMs when its answer came: the database's moment is in between. */
  function permitFor(reservation: Reservation, askedMs: number, toldMs: number): Permit {
    const aheadOfUsMs = reservation.forMs - reservation.atMs
    const dueMs = toldMs + aheadOfUsMs
    const leavesUntilMs = askedMs + aheadOfUsMs + rule.sendWithinMs - stallMs
    return createPermit({ ...options, reservation, dueMs, leavesUntilMs })
  }

  return {
    async ask(wanted) {
      const askedMs = now()
      const { taken, remaining } = await store.reserve(wanted, aheadMs)
      const toldMs = now()
      lastHeard = { remaining: remaining ?? 0, atMs: toldMs }
      let pauseMs = 0
      if (taken.length === wanted) outlook = null
      else pauseMs = await lookAhead()
      return { permits: taken.map((reservation) => permitFor(reservation, askedMs, toldMs)), pauseMs }
    },
    waitMs(turn) {
      return outlook ? Math.max(0, outlook.forecast.waitMs(turn) - (now() - outlook.atMs)) : 0
    },
    isInformed: () => outlook !== null && now() - outlook.atMs <= informedMs,
    remaining: () => (now() - lastHeard.atMs > cycleMs ? null : lastHeard.remaining),
  }
}

export interface Forecast {
  /** How long until the nth next permit is ours, n from 1. */
  waitMs(turn: number): number
}

/**
 * Tells from one reading of the permits how long those wait who stand in line at one instance. Other instances have lines
 * of their own: they get what they have been getting, and every instance gets at least an even share.
 *
 * @param cycleMs from one use of a permit to its next, when it is in demand all the time.
 */
export function createForecast(
  permits: readonly PermitOutlook[],
  instance: string,
  cycleMs: number,
): Forecast {
  const back = permits.map(({ backInMs }) => Math.max(0, backInMs)).sort((a, b) => a - b)
  const inUse = permits.map(({ holder }) => holder).filter((holder) => holder !== '')
  const instances = new Set(inUse).add(instance).size
  const ours = inUse.filter((holder) => holder === instance).length
  const share = Math.max(1 / instances, ours / permits.length)

  return {
    waitMs(turn) {
      const index = Math.ceil(turn / share) - 1
      return (back[index % back.length] ?? 0) + Math.floor(index / back.length) * cycleMs
    },
  }
}
