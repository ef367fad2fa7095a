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
