import { createTurns, type Turns, type Waiter } from './turns.ts'

/**
 * A line in which kinds of calls take turns, and within each kind callers do: where one kind hangs at BigCommerce and hundreds wait
 * for it, those of another kind do not wait behind them. There are few kinds, so every step takes the same time, however many wait.
 */
export function createTurnsOfKinds(): Turns {
  // A Map keeps the order in which kinds came to it: whose turn it is comes first.
  const lines = new Map<string, Turns>()

  return {
    get size() {
      let size = 0
      for (const line of lines.values()) size += line.size
      return size
    },
    get sizeOfLargest() {
      return largest()?.sizeOfLargest ?? 0
    },
    add(waiter) {
      const line = lines.get(waiter.kind) ?? createTurns()
      line.add(waiter)
      lines.set(waiter.kind, line)
    },
    next() {
      const [turn] = lines
      if (!turn) return undefined
      const [kind, line] = turn
      const next = line.next()
      lines.delete(kind)
      if (line.size > 0) lines.set(kind, line)
      return next
    },
    mostUrgent() {
      let urgent: Waiter | undefined
      for (const line of lines.values()) {
        const one = line.mostUrgent()
        if (one && (!urgent || one.deadlineMs < urgent.deadlineMs)) urgent = one
      }
      return urgent
    },
    lastOfLargest: () => largest()?.lastOfLargest(),
    remove(waiter) {
      const line = lines.get(waiter.kind)
      line?.remove(waiter)
      if (line?.size === 0) lines.delete(waiter.kind)
    },
  }

  /** The one in which a single caller has most. */
  function largest(): Turns | undefined {
    let most: Turns | undefined
    for (const line of lines.values()) if (line.sizeOfLargest > (most?.sizeOfLargest ?? 0)) most = line
    return most
  }
}
