import type { Schedule } from '../domain/clock.ts'
import { Problem } from '../domain/problem.ts'
import type { Permit } from './permit.ts'

/** The payments that wait at this instance, and when each of them gives up. */
export interface WaitingLine {
  readonly size: number
  /** Whether one more payment of this caller would be the first to be sent away. */
  wouldBeLast(caller: string): boolean
  /** @param sinceMs since when the payment has been waiting, where it does not come for the first time. */
  wait(caller: string, sinceMs: number): Promise<Permit>
  /** Gives a permit to the payment whose turn it is; gives it back when none waits. */
  hand(permit: Permit): void
  /** Sends away payments that cannot be served in time: the newest one of the caller with the most in line. */
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

/** Even if a payment may hardly wait for a permit, the database gets this long to say whether there is one. */
const answerMsMin = 500

/** The name of this allowance in RateLimit fields and problems. */
const PAYMENTS_POLICY = 'payments'

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

/** First come first served within a caller, turn about between callers. */
export interface FairQueue<T> {
  readonly size: number
  /** @param sinceMs since when it has been waiting: within a caller, the longest waiting is first. */
  push(caller: string, item: T, sinceMs: number): void
  /** Takes the one whose turn it is. */
  next(): T | undefined
  /** @returns whether it was still waiting. */
  remove(item: T): boolean
  /** Of the caller with the most waiting, the one who came last: who leaves when there are too many. */
  lastOfLargest(): T | undefined
  /** Whether one more of this caller would be the last of the largest. */
  wouldBeLast(caller: string): boolean
}

interface Waiting<T> {
  readonly item: T
  readonly sinceMs: number
}

export function createFairQueue<T>(): FairQueue<T> {
  // A Map remembers the order of its keys: that is the order of turns.
  const callers = new Map<string, Waiting<T>[]>()
  let size = 0

  function largest(): readonly Waiting<T>[] {
    let most: readonly Waiting<T>[] = []
    for (const waiting of callers.values()) {
      const isLarger = waiting.length > most.length
      const isNewer = waiting.length === most.length && sinceOfLast(waiting) >= sinceOfLast(most)
      if (isLarger || isNewer) most = waiting
    }
    return most
  }

  return {
    get size() {
      return size
    },
    push(caller, item, sinceMs) {
      const waiting = callers.get(caller) ?? []
      callers.set(caller, waiting)
      const before = waiting.findLastIndex((other) => other.sinceMs <= sinceMs)
      waiting.splice(before + 1, 0, { item, sinceMs })
      size += 1
    },
    next() {
      const [turn] = callers
      if (!turn) return undefined
      const [caller, waiting] = turn
      const first = waiting.shift()
      callers.delete(caller)
      if (waiting.length > 0) callers.set(caller, waiting)
      size -= 1
      return first?.item
    },
    remove(item) {
      for (const [caller, waiting] of callers) {
        const index = waiting.findIndex((other) => other.item === item)
        if (index === -1) continue
        waiting.splice(index, 1)
        if (waiting.length === 0) callers.delete(caller)
        size -= 1
        return true
      }
      return false
    },
    lastOfLargest: () => largest().at(-1)?.item,
    wouldBeLast: (caller) => (callers.get(caller)?.length ?? 0) + 1 >= largest().length,
  }
}

const sinceOfLast = (waiting: readonly Waiting<unknown>[]) => waiting.at(-1)?.sinceMs ?? 0
