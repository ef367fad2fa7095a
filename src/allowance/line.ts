import type { Schedule } from '../domain/clock.ts'
import { Problem } from '../domain/problem.ts'
import { createFairQueue } from './fair-queue.ts'
import type { Permit } from './permit.ts'

/** The payments that wait at this instance, and when each of them gives up. */
export interface WaitingLine {
  readonly size: number
  /** Whether one more of this caller would be the first to be sent away. */
  wouldBeLast(caller: string): boolean
  /** @param sinceMs since when the payment has been waiting, where it does not come for the first time. */
  wait(caller: string, sinceMs: number): Promise<Permit>
  /** Gives a permit to the payment whose turn it is; gives it back when none waits. */
  hand(permit: Permit): void
  /** Sends away those who cannot be served in time: of the caller with the most in line, the one who came last. */
  dismissHopeless(): void
  dismissAll(problem: unknown): void
}

export interface WaitingLineOptions {
  readonly maxWaitMs: number
  readonly now: () => number
  readonly schedule: Schedule
  /** Until there is a permit for the nth in line, n from 1, as far as is known. */
  readonly waitMs: (turn: number) => number
}

interface Waiter {
  readonly deadlineMs: number
  readonly resolve: (permit: Permit) => void
  readonly reject: (problem: unknown) => void
  callOff: () => void
}

/** However short the patience for a permit is, the database may take this long to say whether there is one. */
const answerMsMin = 500

/** The name of this allowance in RateLimit fields and problems. */
export const PAYMENTS_POLICY = 'payments'

export const refusalFor = (waitMs: number): Problem =>
  new Problem('payment_rate_limited', {
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
    violatedPolicies: [PAYMENTS_POLICY],
  })

export function openLine({ maxWaitMs, now, schedule, waitMs }: WaitingLineOptions): WaitingLine {
  const queue = createFairQueue<Waiter>()

  function dismiss(waiter: Waiter, problem: unknown): void {
    queue.remove(waiter)
    waiter.callOff()
    schedule(0, () => waiter.reject(problem))
  }

  return {
    get size() {
      return queue.size
    },
    wouldBeLast: queue.wouldBeLast,
    wait: (caller, sinceMs) =>
      new Promise((resolve, reject) => {
        const deadlineMs = sinceMs + maxWaitMs
        const giveUp = () => dismiss(waiter, refusalFor(waitMs(queue.size)))
        const waiter: Waiter = {
          deadlineMs,
          resolve,
          reject,
          callOff: schedule(Math.max(answerMsMin, deadlineMs - now()), giveUp),
        }
        queue.push(caller, waiter, sinceMs)
      }),
    hand(permit) {
      const waiter = queue.next()
      waiter?.callOff()
      if (waiter) waiter.resolve(permit)
      else permit.giveBack()
    },
    dismissHopeless() {
      for (let last = queue.lastOfLargest(); last; last = queue.lastOfLargest()) {
        const lastWaitMs = waitMs(queue.size)
        if (lastWaitMs === 0 || now() + lastWaitMs <= last.deadlineMs) return
        dismiss(last, refusalFor(lastWaitMs))
      }
    },
    dismissAll(problem) {
      for (let waiter = queue.next(); waiter; waiter = queue.next()) dismiss(waiter, problem)
    },
  }
}
