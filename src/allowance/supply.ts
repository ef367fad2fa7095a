import type { Schedule } from '../domain/clock.ts'
import type { Log } from '../logging/log-entry.ts'
import { type Clocks, createClockWitness, laterBy, type Moment, momentOf } from './clocks.ts'
import { createPermit, type Permit } from './permit.ts'
import type { PermitOutlook, PermitStore } from './permit-store.ts'
import { AHEAD_MS, type AllowanceRule, type Reservation } from './rule.ts'

/** Takes permits from the database, and knows from its answers how long it will be until there are more. */
export interface Supply {
  /** Makes the permits that are missing, and puts right what a clock has done to those that are there. */
  provide(): Promise<void>
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

export interface SupplyOptions extends Clocks {
  readonly store: PermitStore
  readonly instance: string
  readonly rule: AllowanceRule
  /** The margin as it is now, which may be more than the rule's. */
  readonly marginMs: () => number
  readonly schedule: Schedule
  readonly random: () => number
  readonly inBackground: (work: () => Promise<void>) => void
  readonly log: Log
}

/**
 * Getting ready takes at least this long. If a permit is taken later, it lies idle meanwhile. In the rest of the time ahead,
 * instances that wait for the same permit ask for it at a random moment, so that none is always first.
 */
const preparingMs = 100
/** Between two questions that found nothing: a permit is still taken two hundred milliseconds ahead. */
const pauseMsMin = 50
/** At the end of the time to send, kept free for a stall between the last check of the clocks and the first byte. */
const stallMs = 1_000
/** How long a reading of the permits is good for turning payments away at the door. */
const informedMs = 500

export function openSupply(options: SupplyOptions): Supply {
  const { store, instance, rule, now, random, log } = options
  const cycleMs = rule.windowMs + rule.marginMs
  const witness = createClockWitness()
  let known: { readonly atMs: number; readonly forecast: Forecast } | null = null
  let lastHeard = { remaining: 0, atMs: Number.NEGATIVE_INFINITY }

  async function provide(): Promise<void> {
    const askedMs = now()
    const { atMs, setBackMs, setForwardMs } = await store.provide()
    await believe(atMs, askedMs)
    if (setBackMs > 0) log.warn({ forMs: setBackMs }, 'permits put right, the clock was set back')
    if (setForwardMs > 0)
      log.warn({ forMs: setForwardMs }, 'permits come back later, the clock was set forward')
  }

  /** @returns whether the database's clock can be believed, as it always can unless it has just been set forward. */
  async function believe(databaseMs: number, askedMs: number, taken: readonly Reservation[] = []) {
    const reading = { databaseMs, askedMs, toldMs: now() }
    const jump = witness.jumpOf(reading)
    if (jump) {
      await store.clockSetForward(jump, taken)
      log.warn({ forMs: jump.atLeastMs }, 'permits come back later, the clock was set forward')
    }
    // Only now: as long as the permits could not be put right, the jump stays to be seen.
    witness.believe(reading)
    return !jump
  }

  /** Learns when each permit is expected back. @returns when to ask again. */
  async function forecast(): Promise<number> {
    const askedMs = now()
    const { atMs, permits, isAheadOfClock } = await store.outlook()
    known = null
    if (atMs === null || isAheadOfClock) {
      await provide()
      return atMs === null ? 0 : pauseMsMin
    }
    if (!(await believe(atMs, askedMs))) return pauseMsMin
    known = { atMs: now(), forecast: createForecast(permits, instance, cycleMs) }
    const soonestMs = Math.min(...permits.map(({ backInMs }) => backInMs))
    return Math.max(pauseMsMin, soonestMs - preparingMs - (AHEAD_MS - preparingMs) * random())
  }

  /** @param asked when we asked, @param told when the answer came: the database's moment is in between. */
  function permitFor(reservation: Reservation, asked: Moment, told: Moment): Permit {
    const aheadMs = reservation.forMs - reservation.atMs
    const due = laterBy(aheadMs, told)
    const leavesUntil = laterBy(aheadMs + rule.sendWithinMs - stallMs, asked)
    return createPermit({ ...options, reservation, due, leavesUntil })
  }

  return {
    provide,
    async ask(wanted) {
      const asked = momentOf(options)
      const { taken, remaining } = await store.reserve(wanted, AHEAD_MS)
      const told = momentOf(options)
      const [first] = taken
      if (first && !(await believe(first.atMs, asked.steadyMs, taken)))
        return { permits: [], pauseMs: pauseMsMin }
      lastHeard = { remaining: remaining ?? 0, atMs: told.steadyMs }
      const permits = taken.map((reservation) => permitFor(reservation, asked, told))
      if (taken.length < wanted) return { permits, pauseMs: await forecast() }
      known = null
      return { permits, pauseMs: 0 }
    },
    waitMs(turn) {
      return known ? Math.max(0, known.forecast.waitMs(turn) - (now() - known.atMs)) : 0
    },
    isInformed: () => known !== null && now() - known.atMs <= informedMs,
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
