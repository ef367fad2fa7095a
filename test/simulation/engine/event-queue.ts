export interface TimedEvent {
  readonly atMs: number
  /** Decides between events of one moment. */
  readonly tie: number
  readonly run: () => void
}

export interface EventQueue {
  push(event: TimedEvent): void
  /** The earliest. */
  pop(): TimedEvent | undefined
  peek(): TimedEvent | undefined
}

/** A binary heap by time. */
export function createEventQueue(): EventQueue {
  const heap: TimedEvent[] = []

  const isBefore = (one: TimedEvent, other: TimedEvent) =>
    one.atMs < other.atMs || (one.atMs === other.atMs && one.tie < other.tie)

  function sinkFromTop(event: TimedEvent): void {
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      let child = heap[below]
      if (child === undefined) break
      const right = heap[below + 1]
      if (right !== undefined && isBefore(right, child)) {
        below += 1
        child = right
      }
      if (!isBefore(child, event)) break
      heap[at] = child
      at = below
    }
    heap[at] = event
  }

  return {
    push(event) {
      let at = heap.length
      heap.push(event)
      while (at > 0) {
        const above = (at - 1) >> 1
        const parent = heap[above]
        if (parent === undefined || !isBefore(event, parent)) break
        heap[at] = parent
        at = above
      }
      heap[at] = event
    },
    pop() {
      const [first] = heap
      const last = heap.pop()
      if (last !== undefined && heap.length > 0) sinkFromTop(last)
      return first
    },
    peek: () => heap[0],
  }
}
