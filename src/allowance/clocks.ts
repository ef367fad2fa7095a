import type { Clock, Schedule } from '../domain/clock.ts'
import type { Jump } from './permit-record.ts'
import { CLOCK_SLACK_MS } from './rule.ts'

/** The two clocks of this machine. */
export interface Clocks {
  /** Only goes forward and is never set, but stands still on some machines while they are paused. */
  readonly now: () => number
  /** Goes on while the machine is paused, but may be set. */
  readonly wallNow: Clock
}

/** One moment by both clocks. */
export interface Moment {
  readonly steadyMs: number
  readonly wallMs: number
}

export const momentOf = ({ now, wallNow }: Clocks): Moment => ({ steadyMs: now(), wallMs: wallNow() })

export const laterBy = (ms: number, { steadyMs, wallMs }: Moment): Moment => ({
  steadyMs: steadyMs + ms,
  wallMs: wallMs + ms,
})

/** The wall clock counts whole milliseconds and is corrected a little all the time. If someone sets it, it changes by much more. */
const wallSlackMs = 50

/** Whether both clocks say that it is this moment or later. */
export const hasCome = (now: Moment, moment: Moment): boolean =>
  now.steadyMs >= moment.steadyMs && now.wallMs >= moment.wallMs - wallSlackMs

/** Whether either clock says that it is this moment or later. */
export const mayHaveCome = (now: Moment, moment: Moment): boolean =>
  now.steadyMs >= moment.steadyMs || now.wallMs >= moment.wallMs

/** The database said that it was `databaseMs` at some moment between question and answer. */
export interface ClockReading {
  readonly databaseMs: number
  readonly askedMs: number
  readonly toldMs: number
}

/** Compares the database's clock with this instance's steady one, which no one can set. */
export interface ClockWitness {
  /** @returns by how much the database's clock has gone ahead since it was last believed; null where it has not. */
  jumpOf(reading: ClockReading): Jump | null
  /** From now on this reading is believed. */
  believe(reading: ClockReading): void
}

/** Clocks that both keep time drift apart, by up to this part of the time. */
const driftMax = 1 / 1_000
/** The most that counts as drift, however old the last reading is: beyond half a margin a drift is as bad as a jump. */
const driftMsMax = 100

/** How far the database's clock is ahead of this instance's: somewhere between the two. */
interface Lead {
  readonly leastMs: number
  readonly mostMs: number
}

export function createClockWitness(): ClockWitness {
  let believed: (Lead & { readonly atMs: number }) | null = null

  // The database rounds down to whole milliseconds.
  const leadOf = ({ databaseMs, askedMs, toldMs }: ClockReading): Lead => ({
    leastMs: databaseMs - toldMs,
    mostMs: databaseMs + 1 - askedMs,
  })
  const driftMs = (atMs: number, sinceMs: number) => Math.min(driftMsMax, (atMs - sinceMs) * driftMax)

  function jumpOf(reading: ClockReading): Jump | null {
    if (!believed) return null
    const drift = driftMs(reading.toldMs, believed.atMs)
    const seen = leadOf(reading)
    if (seen.leastMs <= believed.mostMs + drift + CLOCK_SLACK_MS) return null
    return {
      atLeastMs: Math.floor(seen.leastMs - believed.mostMs - drift),
      atMostMs: Math.ceil(seen.mostMs - believed.leastMs + drift),
    }
  }

  return {
    jumpOf,
    believe(reading) {
      const seen = leadOf(reading)
      const atMs = reading.toldMs
      const drift = believed ? driftMs(atMs, believed.atMs) : 0
      const wasSetBack = believed !== null && seen.mostMs < believed.leastMs - drift - CLOCK_SLACK_MS
      believed =
        !believed || wasSetBack || jumpOf(reading)
          ? { ...seen, atMs }
          : {
              leastMs: Math.max(believed.leastMs - drift, seen.leastMs),
              // Not raised by what is seen, so that many small steps forward add up to a jump.
              mostMs: Math.min(believed.mostMs + drift, seen.mostMs),
              atMs,
            }
    },
  }
}

/** Uses the timers of the process. */
export const schedule: Schedule = (delayMs, run) => {
  if (delayMs <= 0) {
    run()
    return () => {}
  }
  const timer = setTimeout(run, Math.ceil(delayMs))
  return () => clearTimeout(timer)
}
