import { type Conclusion, conclude } from '../domain/conclusion.ts'
import type { OrderReading } from '../domain/order.ts'
import { isFinal, isInDoubt, isSent, type PaymentAttempt } from '../domain/payment-attempt.ts'
import { notesOfLook } from '../domain/payment-story.ts'
import type { Weighed } from '../stores/conclude-look.ts'
import { nextLookAtMs, nextOpenWatchAtMs, nextWatchAtMs } from './look-schedule.ts'

/** One look at an attempt's order, as the transaction that writes what follows sees it. */
export interface Look {
  readonly attempt: PaymentAttempt
  /** null where it brought nothing at all. */
  readonly reading: OrderReading | null
  readonly others: readonly PaymentAttempt[]
  /** When it began, by this instance's clock. */
  readonly lookedFromMs: number
  readonly nowMs: number
}

/** Turns a look into what is written: the attempt's new status, its next look, and the lines of its story. */
export function weighLook(look: Look): Weighed {
  const { attempt, reading, others, nowMs } = look
  const conclusion = conclude(attempt, reading, others, nowMs)
  const notes = notesOfLook(attempt, conclusion, reading, others)
  return isFinal(attempt.status)
    ? { ...conclusion, notes, ...watchOf(look, conclusion) }
    : { ...conclusion, notes, ...scheduleOf(look, conclusion) }
}

type Schedule = Pick<Weighed, 'countsAsScheduled' | 'nextLookAtMs' | 'nextWatchAtMs'>

function scheduleOf({ attempt, reading, lookedFromMs, nowMs }: Look, { quiet }: Conclusion): Schedule {
  const isDue = attempt.nextLookAtMs !== null && attempt.nextLookAtMs <= lookedFromMs
  const looks = attempt.looks + (isDue ? 1 : 0)
  const next = nextLookAtMs(attempt, { looks, quiet, reading, nowMs })
  const scheduled = isDue ? null : attempt.nextLookAtMs
  return {
    countsAsScheduled: isDue,
    // A look that someone asked for may bring the next one forward; it never delays it.
    nextLookAtMs: next === null || scheduled === null ? next : Math.min(next, scheduled),
    nextWatchAtMs: null,
  }
}

function watchOf({ attempt, others, nowMs }: Look, { verdict, isUnaccounted }: Conclusion): Schedule {
  // What may be of an attempt that is alive is judged again when that one has ended.
  const isAlive = others.some(({ status }) => isSent(status))
  const isOpen = verdict?.kind === 'charged' && isUnaccounted === null && isAlive
  const next = isInDoubt(attempt) ? nextWatchAtMs(attempt, nowMs) : null
  return {
    countsAsScheduled: false,
    nextLookAtMs: null,
    nextWatchAtMs: isOpen ? nextOpenWatchAtMs(attempt, nowMs) : next,
  }
}
