import { createEventQueue } from './event-queue.ts'
import type { Random } from './random.ts'

/** How the code under test is let run after a promise of its has been resolved. */
export type Drain = 'microtasks' | 'macrotask'

/**
 * Owns time and order: everything that happens is an event, one at a time, and time moves only from one to the next.
 */
export interface Scheduler {
  now(): number
  /** Events of the same moment happen in random order. */
  after(delayMs: number, run: () => void): void
  /** Resolves a promise that the code under test awaits; at most one in each event. */
  resume(settle: () => void): void
  /** Told whenever the code under test has come to its next call or its end: until then it is running. */
  arrived(): void
  /** Runs until nothing is left to happen, or this moment has passed, or it is stopped. */
  run(untilMs: number): Promise<void>
  stop(): void
  /** The most turns of the microtask queue that the code under test has taken between two calls. */
  readonly turnsMax: number
}

/** Several times the turns that the longest stretch between two calls takes; a test watches the distance. */
export const DRAIN_TURNS = 24

/**
 * Between two events the code under test must have come to rest. A resolved promise sets one chain of continuations
 * going, which ends by calling the next port, by ending, or by waiting for its siblings (`Promise.all`): so the queue
 * of microtasks is let turn until one of the first two is reported, or so often that it must be the third. A chain may part
 * in two, where something is set going that is not waited for, so the queue turns on after each report.
 */
export function createScheduler(random: Random, startMs: number, drain: Drain = 'microtasks'): Scheduler {
  const queue = createEventQueue()
  let nowMs = startMs
  let isResumed = false
  let hasArrived = false
  let isStopped = false
  let turnsMax = 0

  async function rest(): Promise<void> {
    if (drain === 'macrotask') return new Promise((resolve) => setImmediate(resolve))
    let turnsLeft = DRAIN_TURNS
    for (let turn = 0; turn < turnsLeft; turn++) {
      if (hasArrived) {
        hasArrived = false
        if (turn > turnsMax) turnsMax = turn
        turnsLeft = turn + DRAIN_TURNS / 2
      }
      await null
    }
  }

  return {
    now: () => nowMs,
    after(delayMs, run) {
      queue.push({ atMs: nowMs + delayMs, tie: random.next(), run })
    },
    resume(settle) {
      if (isResumed) throw new Error('two promises resolved in one event')
      isResumed = true
      // Whatever arrived earlier in this event was not on account of this promise.
      hasArrived = false
      settle()
    },
    arrived() {
      hasArrived = true
    },
    async run(untilMs) {
      while (!isStopped) {
        const next = queue.peek()
        if (next === undefined || next.atMs > untilMs) return
        queue.pop()
        nowMs = next.atMs
        isResumed = false
        next.run()
        if (isResumed) await rest()
      }
    },
    stop() {
      isStopped = true
    },
    get turnsMax() {
      return turnsMax
    },
  }
}
