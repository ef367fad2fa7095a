import { createEventQueue } from './event-queue.ts'
import type { Random } from './random.ts'

/** How the code under test runs on after one of its promises was resolved. */
export type Drain = 'microtasks' | 'macrotask'

/**
 * Decides time and order: everything is an event, one at a time, and time moves only from one event to the next.
 */
export interface Scheduler {
  now(): number
  /** Events of the same moment happen in random order. */
  after(delayMs: number, run: () => void): void
  /** Resolves a promise that the code under test awaits; at most one in each event. */
  resume(settle: () => void): void
  /** Called when the code under test makes its next call, or ends. Until then it is running. */
  arrived(): void
  /** Runs until nothing is left to happen, or this moment has passed, or it is stopped. */
  run(untilMs: number): Promise<void>
  stop(): void
  /** The most turns of the microtask queue that the code under test has taken between two calls. */
  readonly turnsMax: number
}

/** Several times the turns that the longest stretch between two calls takes; a test watches the distance. */
export const DRAIN_TURNS = 60

/**
 * Between two events the code under test must be at rest. A resolved promise starts one chain of continuations. It ends with a
 * call to the next port, or with the end of the work, or it waits for its siblings (`Promise.all`). The first two are reported
 * by `arrived`. So the microtask queue is turned until that, or so often that it must be the third. A chain may also split in
 * two, where work is started that no one awaits, so the queue is turned a little longer after each report.
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
      // What arrived earlier in this event was not caused by this promise.
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
