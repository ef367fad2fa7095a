import type { OutCall } from './quota.ts'

/** One call that waits for its turn. */
export interface Waiter {
  readonly caller: string
  /** What it asks for, apart from which one. */
  readonly kind: string
  readonly deadlineMs: number
  readonly go: (call: OutCall) => void
  readonly refuse: (problem: unknown) => void
}

/**
 * A line of calls: turn about between callers, first come first served within one. Every step takes the same time, however many
 * wait.
 */
export interface Turns {
  readonly size: number
  /** How many the caller with the most has waiting. */
  readonly sizeOfLargest: number
  add(waiter: Waiter): void
  /** Takes the one whose turn it is. */
  next(): Waiter | undefined
  /** The one whose patience is over first; it stays. */
  mostUrgent(): Waiter | undefined
  /** Of the caller with the most waiting, the one who came last; it stays. */
  lastOfLargest(): Waiter | undefined
  remove(waiter: Waiter): void
}

/** The calls of one caller that wait. */
interface Waiting {
  readonly caller: string
  readonly calls: Waiter[]
}

export function createTurns(): Turns {
  const callers = new Map<string, Waiting>()
  /** Whose turn it is, and behind; those who have none waiting any more are passed over. */
  const order: Waiting[] = []
  /** The callers by how many they have waiting. A Set keeps the order in which they came to it. */
  const bySize = new Map<number, Set<Waiting>>()
  let sizeOfLargest = 0
  /** By deadline; those who wait no more are passed over. */
  const urgent: Waiter[] = []
  const present = new Set<Waiter>()

  function resized(waiting: Waiting, before: number): void {
    const after = waiting.calls.length
    const former = bySize.get(before)
    former?.delete(waiting)
    if (former?.size === 0) bySize.delete(before)
    if (after > 0) bySize.set(after, (bySize.get(after) ?? new Set()).add(waiting))
    // It changes by one at a time, so the largest is never more than one away.
    if (after > sizeOfLargest || !bySize.has(sizeOfLargest)) sizeOfLargest = after
  }

  function gone(waiting: Waiting, waiter: Waiter): void {
    present.delete(waiter)
    resized(waiting, waiting.calls.length + 1)
    if (waiting.calls.length === 0) callers.delete(waiting.caller)
  }

  function newcomer(caller: string): Waiting {
    const waiting = { caller, calls: [] }
    callers.set(caller, waiting)
    order.push(waiting)
    return waiting
  }

  return {
    get size() {
      return present.size
    },
    get sizeOfLargest() {
      return sizeOfLargest
    },
    add(waiter) {
      const waiting = callers.get(waiter.caller) ?? newcomer(waiter.caller)
      insert(waiting.calls, waiter)
      insert(urgent, waiter)
      present.add(waiter)
      resized(waiting, waiting.calls.length - 1)
    },
    next() {
      for (let waiting = order.shift(); waiting; waiting = order.shift()) {
        const first = waiting.calls.shift()
        if (!first) continue
        gone(waiting, first)
        if (waiting.calls.length > 0) order.push(waiting)
        return first
      }
      return undefined
    },
    mostUrgent() {
      while (urgent[0] && !present.has(urgent[0])) urgent.shift()
      return urgent[0]
    },
    lastOfLargest() {
      const [waiting] = bySize.get(sizeOfLargest) ?? []
      return waiting?.calls.at(-1)
    },
    remove(waiter) {
      const waiting = callers.get(waiter.caller)
      if (!waiting || !present.has(waiter)) return
      // It is the last of its caller or among the first.
      const { calls } = waiting
      calls.splice(calls.at(-1) === waiter ? calls.length - 1 : calls.indexOf(waiter), 1)
      gone(waiting, waiter)
    },
  }
}

/** By deadline. Nearly all have the latest; a call that comes back, turned away by BigCommerce, is among the first. */
function insert(line: Waiter[], waiter: Waiter): void {
  const last = line.at(-1)
  if (!last || last.deadlineMs <= waiter.deadlineMs) line.push(waiter)
  else
    line.splice(
      line.findIndex(({ deadlineMs }) => deadlineMs > waiter.deadlineMs),
      0,
      waiter,
    )
}
