import { ANSWERED_WITHIN_MS, RUNNING_TIMES, type VelocitySubject } from '../domain/decline-limits.ts'
import type { Reservation } from '../stores/velocity-holds.ts'

/**
 * Where payments wait that come while as many of one caller or address are running as might be declined. Most of those that
 * run are good ones and give their places back in seconds, so those that wait are let in one after the other. One of them at a time asks the
 * ledger.
 */
export interface Lines {
  /** @param reserve tries to take the places. @returns what it said last. */
  reserve(subjects: readonly VelocitySubject[], reserve: () => Promise<Reservation>): Promise<Reservation>
}

export interface LinesOptions {
  /** A clock that only goes forward, in milliseconds. */
  readonly elapsed: () => number
  readonly pause: (forMs: number) => Promise<void>
}

type Busy = Reservation & { readonly kind: 'busy' }

interface Line {
  waiting: number
  /** Resolves when the last of the line has left it. */
  last: Promise<void>
  /** When a place was to be free at the latest, as the ledger said last. */
  freeAtMs: number
}

/** Longer than a running payment keeps its place, for several turns of quick ones, and shorter than clients wait. */
const patienceMs = ANSWERED_WITHIN_MS + 5_000
/** How soon a place that was given back is noticed. */
const askEveryMs = 200

export function createLines({ elapsed, pause }: LinesOptions): Lines {
  const lines = new Map<string, Line>()

  /** Lets only so many wait that they cannot take the places of everyone else in this process. */
  async function wait(
    { key, declinesMax }: VelocitySubject,
    line: Line,
    reserve: () => Promise<Reservation>,
  ): Promise<Reservation> {
    if (line.waiting >= (RUNNING_TIMES - 1) * declinesMax) {
      return { kind: 'busy', key, freeInMs: Math.max(1, line.freeAtMs - elapsed()) }
    }
    const untilMs = elapsed() + patienceMs
    const before = line.last
    const { promise, resolve } = Promise.withResolvers<void>()
    line.last = promise
    line.waiting += 1
    lines.set(key, line)
    try {
      await before
      return await askUntil(untilMs, line, reserve)
    } finally {
      line.waiting -= 1
      if (line.waiting === 0) lines.delete(key)
      resolve()
    }
  }

  async function askUntil(
    untilMs: number,
    line: Line,
    reserve: () => Promise<Reservation>,
  ): Promise<Reservation> {
    for (;;) {
      const reservation = await reserve()
      if (reservation.kind !== 'busy') return reservation
      line.freeAtMs = elapsed() + reservation.freeInMs
      const leftMs = untilMs - elapsed()
      if (leftMs <= 0) return reservation
      await pause(Math.min(askEveryMs, leftMs))
    }
  }

  const newLine = ({ freeInMs }: Busy): Line => ({
    waiting: 0,
    last: Promise.resolve(),
    freeAtMs: elapsed() + freeInMs,
  })

  return {
    async reserve(subjects, reserve) {
      for (const subject of subjects) {
        // Behind those who wait already, and without asking the ledger.
        const line = lines.get(subject.key)
        if (line) return wait(subject, line, reserve)
      }
      const reservation = await reserve()
      if (reservation.kind !== 'busy') return reservation
      const subject = subjects.find(({ key }) => key === reservation.key)
      if (!subject) return reservation
      return wait(subject, lines.get(subject.key) ?? newLine(reservation), reserve)
    },
  }
}
